package io.heddle.dialect;

import java.util.List;

/// A kind that users may write.
///
/// @param kind for example `HTTPRoute`
/// @param plural for example `httproutes`
/// @param shortNames for example `pa`; may be empty
/// @param apiVersions the versions read, the preferred one first
/// @param description one sentence for people, without a full stop
public record Kind(String kind, String plural, List<String> shortNames, List<String> apiVersions, String description) {
    public Kind {
        shortNames = List.copyOf(shortNames);
        apiVersions = List.copyOf(apiVersions);
    }
}

package io.heddle.traffic.check;

import io.heddle.traffic.filter.SetMetadataFilter;
import io.heddle.traffic.match.HeaderMatcher;
import java.util.List;
import java.util.Map;

/// One test of a route table: a request, and what must become of it. As Envoy's
/// `RouterCheckToolSchema.ValidationItem`.
///
/// @param name for people
/// @param input the request
/// @param texts what must come out, one char per octet; an empty text means that nothing must
/// @param metadata what the route must say of itself
/// @param requestHeaders what the changed request's headers must fit
/// @param responseHeaders what the changed answer's headers must fit
public record RouteTest(
        String name,
        Input input,
        Map<Aspect, String> texts,
        List<RouteMetadata> metadata,
        List<HeaderMatcher> requestHeaders,
        List<HeaderMatcher> responseHeaders) {
    public RouteTest {
        texts = Map.copyOf(texts);
        metadata = List.copyOf(metadata);
        requestHeaders = List.copyOf(requestHeaders);
        responseHeaders = List.copyOf(responseHeaders);
    }

    /// A request.
    ///
    /// @param random what stands for chance: its remainders choose among weights and shares
    /// @param https whether it was made over TLS
    /// @param internal whether it comes from inside
    /// @param runtime the runtime key that routes for a share of requests may ask for; empty for none
    /// @param metadata what filters would have found out about it, in order
    /// @param headers its header lines
    /// @param responseHeaders those of the answer that it would get
    public record Input(
            String method,
            String authority,
            String path,
            long random,
            boolean https,
            boolean internal,
            String runtime,
            List<SetMetadataFilter.Entry> metadata,
            List<Line> headers,
            List<Line> responseHeaders) {
        public Input {
            metadata = List.copyOf(metadata);
            headers = List.copyOf(headers);
            responseHeaders = List.copyOf(responseHeaders);
        }
    }

    /// A header line.
    public record Line(String name, String value) {}

    /// A text in the metadata of a route.
    ///
    /// @param namespace whose metadata
    /// @param key the key in it
    /// @param value what must stand there
    public record RouteMetadata(String namespace, String key, String value) {}

    /// What of an outcome a text describes, called as in test files.
    public enum Aspect {
        CLUSTER_NAME,
        VIRTUAL_CLUSTER_NAME,
        VIRTUAL_HOST_NAME,
        PATH_REWRITE,
        HOST_REWRITE,
        PATH_REDIRECT,
        /// The status of a redirect.
        CODE_REDIRECT,
        /// How long an answer may take, in seconds, for example `1.5s`.
        TIMEOUT;

        /// The name of its field.
        public String field() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}

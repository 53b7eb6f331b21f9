package io.heddle.model.limit;

import java.util.List;

/// The limits of one domain, by which callers keep theirs apart from others'.
///
/// @param name the domain's name
/// @param rules rules for the first entry of descriptors
public record LimitDomain(String name, List<LimitRule> rules) {
    public LimitDomain {
        rules = List.copyOf(rules);
    }
}

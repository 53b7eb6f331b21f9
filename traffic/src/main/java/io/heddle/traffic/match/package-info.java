/// Matchers over bytes: strings, paths, headers, query parameters, cookies, addresses.
///
/// What lives here: sealed matchers that allocate nothing when they match. What must not: routes, filters. Start
/// reading at [io.heddle.traffic.match.StringMatcher].
@NullMarked
package io.heddle.traffic.match;

import org.jspecify.annotations.NullMarked;

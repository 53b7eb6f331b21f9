package io.heddle.xds.write;

/// Path prefixes of the Gateway API, which go by path elements: a slash at the end means nothing.
final class PathPrefix {
    private PathPrefix() {}

    /// The prefix without slashes at its end; `/` for the root.
    static String normal(String prefix) {
        int end = prefix.length();
        while (end > 0 && prefix.charAt(end - 1) == '/') {
            end--;
        }
        return end == 0 ? "/" : prefix.substring(0, end);
    }
}

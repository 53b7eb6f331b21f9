package io.heddle.traffic.check;

import io.heddle.traffic.match.HeaderMatcher;
import java.util.List;
import java.util.Map;

/// One test of a route table: a request, and what must become of it. As Envoy's
/// `RouterCheckToolSchema.ValidationItem`.
///
/// @param name for people
/// @param input the request
/// @param texts what must come out, one char per octet; an empty text means that nothing must
/// @param requestHeaders what the changed request's headers must fit
/// @param responseHeaders what the changed answer's headers must fit
public record RouteTest(
        String name,
        Input input,
        Map<Aspect, String> texts,
        List<HeaderMatcher> requestHeaders,
        List<HeaderMatcher> responseHeaders) {
    public RouteTest {
        texts = Map.copyOf(texts);
        requestHeaders = List.copyOf(requestHeaders);
        responseHeaders = List.copyOf(responseHeaders);
    }

    /// A request.
    ///
    /// @param random what stands for chance: its remainders choose among weights and shares
    /// @param https whether it was made over TLS
    /// @param internal whether it comes from inside
    /// @param headers its header lines
    /// @param responseHeaders those of the answer that it would get
    public record Input(
            String method,
            String authority,
            String path,
            long random,
            boolean https,
            boolean internal,
            List<Line> headers,
            List<Line> responseHeaders) {
        public Input {
            headers = List.copyOf(headers);
            responseHeaders = List.copyOf(responseHeaders);
        }
    }

    /// A header line.
    public record Line(String name, String value) {}

    /// What of an outcome a text describes, called as in test files.
    public enum Aspect {
        CLUSTER_NAME,
        VIRTUAL_CLUSTER_NAME,
        VIRTUAL_HOST_NAME,
        PATH_REWRITE,
        HOST_REWRITE,
        PATH_REDIRECT;

        /// The name of its field.
        public String field() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}

package io.heddle.traffic.filter;

import io.heddle.traffic.grpc.GrpcFailure;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.route.FilterOverride;
import java.util.Locale;

/// Lets browsers call gRPC, as Envoy's `envoy.filters.http.grpc_web`: a request of gRPC-Web, binary or text, goes on as
/// one of gRPC, and its answer comes back with the trailers as the last frame of its body. Answers made here tell
/// `grpc-status` in their heads.
public final class GrpcWebFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.grpc_web";

    private static final String GRPC = "application/grpc";
    private static final String WEB = "application/grpc-web";
    private static final String TEXT = "application/grpc-web-text";
    private static final String PROTO = "+proto";
    private static final HeaderName ACCEPT = HeaderName.of("accept");
    private static final HeaderName ACCEPT_ENCODING = HeaderName.of("grpc-accept-encoding");
    private static final HeaderName CONTENT_ENCODING = HeaderName.of("content-encoding");
    private static final HeaderName TE = HeaderName.of("te");

    private final String name;

    /// A filter called `name` in its chain.
    public GrpcWebFilter(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean seesBodies() {
        return true;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var type = mediaType(request.requestEdits().value(request.head(), HeaderName.CONTENT_TYPE));
        boolean text = is(type, TEXT);
        if (!text && !is(type, WEB)) {
            return FilterStep.CONTINUE;
        }
        var override = request.override(name);
        if (FilterOverride.disables(override)) {
            return FilterStep.CONTINUE;
        }
        var edits = request.requestEdits();
        boolean textAnswer = is(mediaType(edits.value(request.head(), ACCEPT)), TEXT);
        edits.add(set(HeaderName.CONTENT_TYPE, GRPC));
        edits.add(set(TE, "trailers"));
        edits.add(set(ACCEPT_ENCODING, "identity,deflate,gzip"));
        if (text) {
            request.changeBody(new BodyChange.FromBase64());
        }
        if (request.knows(request.cluster())) {
            request.count(ofCluster(request.cluster()));
        }
        request.onAnswer(answer -> toWeb(answer, textAnswer));
        return FilterStep.CONTINUE;
    }

    private static FilterCounter ofCluster(String cluster) {
        return new FilterCounter(
                "envoy_cluster_grpc_web_total", "Requests of gRPC-Web.", "envoy_cluster_name", cluster);
    }

    private static void toWeb(FilterAnswer answer, boolean text) {
        var type = mediaType(answer.header(HeaderName.CONTENT_TYPE));
        boolean grpc = type.equals(GRPC) || type.startsWith(GRPC + "+");
        boolean plain = answer.header(CONTENT_ENCODING).isEmpty();
        answer.edits().add(set(HeaderName.CONTENT_TYPE, (text ? TEXT : WEB) + PROTO));
        if (grpc || answer.local()) {
            answer.changeBody(new BodyChange.ToGrpcWeb(text));
            return;
        }
        int status = GrpcFailure.status(answer.status());
        answer.edits().add(new HeaderEdit(HeaderEdit.Action.REMOVE, CONTENT_ENCODING, ""));
        if (answer.hasBody()) {
            answer.changeBody(new BodyChange.ToGrpcWebFailure(text, status, plain));
        } else {
            answer.edits().add(set(HeaderName.GRPC_STATUS, Integer.toString(status)));
        }
    }

    private static boolean is(String type, String wanted) {
        return type.equals(wanted) || type.equals(wanted + PROTO);
    }

    private static String mediaType(String value) {
        int semicolon = value.indexOf(';');
        return (semicolon < 0 ? value : value.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    private static HeaderEdit set(HeaderName header, String value) {
        return new HeaderEdit(HeaderEdit.Action.SET, header, value);
    }
}

package io.heddle.proxy.http;

/// Which header a line is, where the proxy itself cares. Small numbers instead of an enum: they index bit masks.
public final class LineKind {
    public static final int OTHER = 0;
    public static final int HOST = 1;
    public static final int CONNECTION = 2;
    public static final int CONTENT_LENGTH = 3;
    public static final int TRANSFER_ENCODING = 4;
    public static final int EXPECT = 5;
    public static final int UPGRADE = 6;
    /// Other lines that concern one connection only: `keep-alive`, `proxy-connection`, `http2-settings`,
    /// `proxy-authorization`.
    public static final int HOP_BY_HOP = 7;
    public static final int REQUEST_ID = 8;
    public static final int FORWARDED_PROTO = 9;
    public static final int CLIENT_CERT = 10;
    public static final int PEER = 11;
    /// `x-envoy-…`, which steers or describes a proxy; [#EXTERNAL_ADDRESS] alone is the application's to see.
    public static final int ENVOY = 12;
    public static final int GRPC_STATUS = 13;
    /// `te`: for one connection only, too, but its `trailers` has a meaning that HTTP/2 carries on.
    public static final int TE = 14;

    public static final int FORWARDED_FOR = 15;
    public static final int FORWARDED_PORT = 16;
    public static final int SERVER = 17;
    /// `x-envoy-external-address`.
    public static final int EXTERNAL_ADDRESS = 18;

    public static final int DATE = 19;
    /// `sec-websocket-key`, of HTTP/1.1 alone (RFC 8441, section 5), as is [#WEBSOCKET_ACCEPT].
    public static final int WEBSOCKET_KEY = 20;
    /// `sec-websocket-accept`.
    public static final int WEBSOCKET_ACCEPT = 21;

    private LineKind() {}

    /// The bit of a kind in a mask of kinds.
    public static int bit(int kind) {
        return 1 << kind;
    }

    /// The kind of the header whose name the bytes are, in any case.
    public static int of(byte[] bytes, int start, int end) {
        return switch (end - start) {
            case 2 -> is(bytes, start, end, "te", TE);
            case 4 -> {
                int found = is(bytes, start, end, "host", HOST);
                yield found != OTHER ? found : is(bytes, start, end, "date", DATE);
            }
            case 6 -> {
                int found = is(bytes, start, end, "expect", EXPECT);
                yield found != OTHER ? found : is(bytes, start, end, "server", SERVER);
            }
            case 7 -> is(bytes, start, end, "upgrade", UPGRADE);
            case 10 -> {
                int found = is(bytes, start, end, "connection", CONNECTION);
                yield found != OTHER ? found : is(bytes, start, end, "keep-alive", HOP_BY_HOP);
            }
            case 11 -> is(bytes, start, end, "grpc-status", GRPC_STATUS);
            case 12 -> {
                int found = is(bytes, start, end, "x-request-id", REQUEST_ID);
                yield found != OTHER ? found : envoy(bytes, start, end);
            }
            case 13 -> {
                int found = is(bytes, start, end, "x-heddle-peer", PEER);
                yield found != OTHER ? found : envoy(bytes, start, end);
            }
            case 14 -> {
                int found = is(bytes, start, end, "content-length", CONTENT_LENGTH);
                found = found != OTHER ? found : is(bytes, start, end, "http2-settings", HOP_BY_HOP);
                yield found != OTHER ? found : envoy(bytes, start, end);
            }
            case 15 -> {
                int found = is(bytes, start, end, "x-forwarded-for", FORWARDED_FOR);
                yield found != OTHER ? found : envoy(bytes, start, end);
            }
            case 16 -> {
                int found = is(bytes, start, end, "proxy-connection", HOP_BY_HOP);
                found = found != OTHER ? found : is(bytes, start, end, "x-forwarded-port", FORWARDED_PORT);
                yield found != OTHER ? found : envoy(bytes, start, end);
            }
            case 17 -> {
                int found = is(bytes, start, end, "transfer-encoding", TRANSFER_ENCODING);
                found = found != OTHER ? found : is(bytes, start, end, "x-forwarded-proto", FORWARDED_PROTO);
                found = found != OTHER ? found : is(bytes, start, end, "sec-websocket-key", WEBSOCKET_KEY);
                yield found != OTHER ? found : envoy(bytes, start, end);
            }
            case 19 -> {
                int found = is(bytes, start, end, "proxy-authorization", HOP_BY_HOP);
                yield found != OTHER ? found : envoy(bytes, start, end);
            }
            case 20 -> {
                int found = is(bytes, start, end, "sec-websocket-accept", WEBSOCKET_ACCEPT);
                yield found != OTHER ? found : envoy(bytes, start, end);
            }
            case 23 -> {
                int found = is(bytes, start, end, "x-forwarded-client-cert", CLIENT_CERT);
                yield found != OTHER ? found : envoy(bytes, start, end);
            }
            default -> envoy(bytes, start, end);
        };
    }

    private static int is(byte[] bytes, int start, int end, String name, int kind) {
        return Octets.lower(bytes[start]) == name.charAt(0) && Octets.equalsIgnoreCase(bytes, start, end, name)
                ? kind
                : OTHER;
    }

    private static int envoy(byte[] bytes, int start, int end) {
        boolean candidate = end - start > 8 && bytes[start + 1] == '-' && Octets.lower(bytes[start]) == 'x';
        if (!candidate || !Octets.startsWithIgnoreCase(bytes, start, end, "x-envoy-")) {
            return OTHER;
        }
        return Octets.equalsIgnoreCase(bytes, start, end, "x-envoy-external-address") ? EXTERNAL_ADDRESS : ENVOY;
    }
}

package io.heddle.traffic.compression;

import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The headers that tell of codings, and what their values list.
final class CodingHeaders {
    static final HeaderName ACCEPT_ENCODING = HeaderName.of("accept-encoding");
    static final HeaderName CONTENT_ENCODING = HeaderName.of("content-encoding");
    static final HeaderName CACHE_CONTROL = HeaderName.of("cache-control");
    static final HeaderName ETAG = HeaderName.of("etag");
    static final HeaderName VARY = HeaderName.of("vary");

    private CodingHeaders() {}

    /// The elements of a list, in lower case, without blanks around them and without empty ones.
    static List<String> elements(String value) {
        var elements = new ArrayList<String>();
        for (var part : value.split(",", -1)) {
            var element = part.strip().toLowerCase(Locale.ROOT);
            if (!element.isEmpty()) {
                elements.add(element);
            }
        }
        return elements;
    }

    /// Whether `cache-control` forbids to change the body's coding (RFC 9111, section 5.2.2.6).
    static boolean forbidsTransform(String cacheControl) {
        return !cacheControl.isEmpty() && elements(cacheControl).contains("no-transform");
    }

    /// The media type of `content-type`, in lower case, without parameters.
    static String mediaType(String contentType) {
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    static HeaderEdit set(HeaderName name, String value) {
        return new HeaderEdit(HeaderEdit.Action.SET, name, value);
    }

    static HeaderEdit remove(HeaderName name) {
        return new HeaderEdit(HeaderEdit.Action.REMOVE, name, "");
    }
}

package io.heddle.dialect.gateway;

import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.Names;
import io.heddle.model.name.ObjectName;
import io.heddle.model.resource.HttpRoute.Match;
import io.heddle.model.resource.HttpRoute.PathMatch;
import io.heddle.model.resource.RouteFilter;
import io.heddle.model.resource.RouteFilter.PathChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads the filters of a rule or of a backend: `HTTPRouteFilter`.
final class FilterReader {
    private static final List<String> TYPES = List.of(
            "RequestHeaderModifier",
            "ResponseHeaderModifier",
            "RequestRedirect",
            "URLRewrite",
            "RequestMirror",
            "ExtensionRef",
            "CORS",
            "ExternalAuth");
    private static final List<String> SUPPORTED = TYPES.subList(0, 6);
    private static final Set<String> REPEATABLE = Set.of("RequestMirror", "ExtensionRef");
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private FilterReader() {}

    /// The filters of `owner`, one for each entry; `matches` are those of its rule, or none where prefixes cannot
    /// be replaced.
    static List<RouteFilter> read(Fields owner, List<Match> matches) {
        var result = new ArrayList<RouteFilter>();
        var types = new HashSet<String>();
        for (var filter : owner.objects("filters")) {
            var type = type(filter);
            if (!type.isEmpty() && !types.add(type) && !REPEATABLE.contains(type)) {
                filter.error("type", "another filter is a " + type, "join the two");
            }
            onlyItsOwnField(filter, type);
            result.add(filter(filter, type, matches));
        }
        if (types.contains("RequestRedirect") && types.contains("URLRewrite")) {
            owner.error("filters", "RequestRedirect and URLRewrite do not go together", "remove one of them");
        }
        return result;
    }

    private static String type(Fields filter) {
        if (!filter.has("type")) {
            filter.error("type", "is required", "use one of " + String.join(", ", SUPPORTED));
        }
        var type = filter.choice("type", TYPES).orElse("");
        if (type.isEmpty() || SUPPORTED.contains(type)) {
            return type;
        }
        filter.error("type", type + " is not supported yet", "use one of " + String.join(", ", SUPPORTED));
        return "";
    }

    private static void onlyItsOwnField(Fields filter, String type) {
        var own = field(type);
        if (!own.isEmpty() && !filter.has(own)) {
            filter.error(own, "is required for the type " + type, "add " + own + " or change the type");
        }
        for (var other : TYPES) {
            var name = field(other);
            if (!name.equals(own) && !type.isEmpty()) {
                filter.refuse(name, "does not go with the type " + type, "remove it");
            } else {
                filter.accept(name);
            }
        }
    }

    private static String field(String type) {
        return switch (type) {
            case "URLRewrite" -> "urlRewrite";
            case "CORS" -> "cors";
            case "" -> "";
            default -> Character.toLowerCase(type.charAt(0)) + type.substring(1);
        };
    }

    private static RouteFilter filter(Fields filter, String type, List<Match> matches) {
        return switch (type) {
            case "ResponseHeaderModifier" -> {
                var headers = filter.object("responseHeaderModifier");
                yield new RouteFilter.ResponseHeaders(headers(headers, "set"), headers(headers, "add"), names(headers));
            }
            case "RequestRedirect" -> redirect(filter.object("requestRedirect"), matches);
            case "URLRewrite" -> rewrite(filter.object("urlRewrite"), matches);
            case "RequestMirror" -> mirror(filter.object("requestMirror"));
            case "ExtensionRef" -> extension(filter.object("extensionRef"));
            default -> {
                var headers = filter.object("requestHeaderModifier");
                yield new RouteFilter.RequestHeaders(headers(headers, "set"), headers(headers, "add"), names(headers));
            }
        };
    }

    private static List<RouteFilter.Header> headers(Fields modifier, String name) {
        var result = new ArrayList<RouteFilter.Header>();
        var seen = new HashSet<String>();
        for (var header : modifier.objects(name)) {
            var key = header.requiredText("name");
            var value = header.requiredText("value");
            checkHeaderName(header, "name", key);
            if (!Names.isHeaderValue(value)) {
                header.error("value", "has control characters", "remove them");
            }
            if (!seen.add(key.toLowerCase(java.util.Locale.ROOT))) {
                header.error("name", "\"" + key + "\" is given twice", "remove one");
            }
            result.add(new RouteFilter.Header(key, value));
        }
        return result;
    }

    private static List<String> names(Fields modifier) {
        var names = modifier.texts("remove");
        for (int i = 0; i < names.size(); i++) {
            checkHeaderName(modifier, "remove[" + i + "]", names.get(i));
        }
        return names;
    }

    private static void checkHeaderName(Fields fields, String place, String name) {
        if (!name.isEmpty() && !Names.isHeaderName(name)) {
            fields.error(place, "\"" + name + "\" is not a header name", "use letters, digits and hyphens");
        }
    }

    private static RouteFilter redirect(Fields redirect, List<Match> matches) {
        var status = redirect.integer("statusCode", 300, 399).orElse(302);
        if (!REDIRECTS.contains(status)) {
            redirect.error("statusCode", status + " does not redirect", "use 301, 302, 303, 307 or 308");
        }
        return new RouteFilter.Redirect(
                redirect.choice("scheme", List.of("http", "https")),
                hostname(redirect),
                pathChange(redirect, matches),
                redirect.integer("port", 1, 65_535),
                status);
    }

    private static RouteFilter rewrite(Fields rewrite, List<Match> matches) {
        return new RouteFilter.Rewrite(hostname(rewrite), pathChange(rewrite, matches));
    }

    private static Optional<String> hostname(Fields fields) {
        return fields.text("hostname").filter(name -> {
            boolean good = Names.isDnsName(name);
            if (!good) {
                fields.error("hostname", "\"" + name + "\" is not a host name", "use a lower-case DNS name");
            }
            return good;
        });
    }

    private static Optional<PathChange> pathChange(Fields owner, List<Match> matches) {
        return owner.optionalObject("path").map(path -> {
            var type = path.choice("type", List.of("ReplaceFullPath", "ReplacePrefixMatch"))
                    .orElse("");
            if (!path.has("type")) {
                path.error("type", "is required", "use ReplaceFullPath or ReplacePrefixMatch");
            }
            boolean prefix = type.equals("ReplacePrefixMatch");
            var full = MatchReader.replacement(path, "replaceFullPath");
            var part = MatchReader.replacement(path, "replacePrefixMatch");
            var wanted = prefix ? part : full;
            if (!type.isEmpty() && wanted.isEmpty()) {
                var missing = prefix ? "replacePrefixMatch" : "replaceFullPath";
                path.error(missing, "is required for the type " + type, "add " + missing + " or change the type");
            }
            if (!type.isEmpty() && full.isPresent() && part.isPresent()) {
                path.error("", "takes one replacement only", "remove the one that is not of the type " + type);
            }
            boolean prefixes = matches.stream().allMatch(match -> match.path() instanceof PathMatch.Prefix);
            if (prefix && !prefixes) {
                path.error("type", "ReplacePrefixMatch needs matches of the type PathPrefix", "use ReplaceFullPath");
            }
            var text = wanted.orElse("");
            return prefix ? new PathChange.Prefix(text) : new PathChange.Full(text);
        });
    }

    private static RouteFilter mirror(Fields mirror) {
        var ref = mirror.requiredObject("backendRef");
        if (!ReferenceReader.isService(ref, "", "Service")) {
            ref.error("kind", "only services can be mirrored to", "write kind: Service, without a group");
        }
        var percent = mirror.integer("percent", 0, 100);
        var fraction = mirror.optionalObject("fraction").map(FilterReader::fraction);
        if (percent.isPresent() && fraction.isPresent()) {
            mirror.error("fraction", "does not go with percent", "remove one of them");
        }
        double share = fraction.orElse(percent.map(Integer::doubleValue).orElse(100.0));
        return new RouteFilter.Mirror(ReferenceReader.backend(ref), ReferenceReader.requiredPort(ref), share);
    }

    private static double fraction(Fields fraction) {
        int numerator = fraction.requiredInteger("numerator", 0, Integer.MAX_VALUE);
        int denominator = fraction.integer("denominator", 1, Integer.MAX_VALUE).orElse(100);
        if (numerator > denominator) {
            fraction.error("numerator", "is greater than denominator", "use a numerator of at most " + denominator);
        }
        return 100.0 * numerator / denominator;
    }

    private static RouteFilter extension(Fields ref) {
        var group = ref.requiredText("group");
        var kind = ref.requiredText("kind");
        if (!group.equals("heddle.io") || !kind.equals("FaultPolicy")) {
            ref.error(
                    "kind",
                    "the extension " + kind + "." + group + " is not known",
                    "use group: heddle.io and kind: FaultPolicy");
        }
        var name = ref.requiredText("name");
        return new RouteFilter.Fault(new ObjectName("FaultPolicy", ref.object().namespace(), name));
    }
}

package io.heddle.traffic.explain;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What somebody wants to have explained, in texts. Whatever is empty is as usual.
///
/// @param request `GET http://host/path`, `https://` for TLS; without a method `GET`
/// @param headers header lines, `name: value`
/// @param from the SPIFFE URI of the client's certificate; with one the connection is TLS
/// @param listener the listener; empty: the one at `to`, or the only one
/// @param to where the client wants to go, `address:port`; empty: the listener's own address
/// @param source the client's IP address; empty: 127.0.0.1
/// @param serverName what the client asks for by SNI; empty: the request's host, where there is TLS
/// @param protocols what it offers by ALPN
/// @param seed what stands for chance
public record Question(
        String request,
        List<String> headers,
        String from,
        String listener,
        String to,
        String source,
        String serverName,
        List<String> protocols,
        long seed) {
    private static final String OBJECT = "Request";
    private static final String DEFAULT_SOURCE = "127.0.0.1";

    public Question {
        headers = List.copyOf(headers);
        protocols = List.copyOf(protocols);
    }

    /// The question that the parameters of a URL ask: `request`, `header` (a line each), `from`, `listener`, `to`,
    /// `source`, `sni`, `alpn` (with commas between), `seed`.
    public static Checked<Question> of(Map<String, String> query) {
        var seed = query.getOrDefault("seed", "0");
        if (!seed.matches("-?[0-9]{1,18}")) {
            return Checked.rejected(problem("seed", "is no whole number: " + seed));
        }
        return Checked.ok(new Question(
                query.getOrDefault("request", ""),
                query.getOrDefault("header", "")
                        .lines()
                        .filter(line -> !line.isBlank())
                        .toList(),
                query.getOrDefault("from", ""),
                query.getOrDefault("listener", ""),
                query.getOrDefault("to", ""),
                query.getOrDefault("source", ""),
                query.getOrDefault("sni", ""),
                query.containsKey("alpn")
                        ? List.of(query.getOrDefault("alpn", "").split(",", -1))
                        : List.of(),
                Long.parseLong(seed)));
    }

    /// The same question about a connection that goes to `address:port`.
    public Question to(String destination) {
        return new Question(request, headers, from, listener, destination, source, serverName, protocols, seed);
    }

    /// The call that this asks for, or all that is wrong with it.
    public Checked<Call> call(Explainer explainer) {
        var problems = new ArrayList<Problem>();
        var words = request.strip().split("\\s+", -1);
        if (words.length > 2 || request.isBlank()) {
            problems.add(problem("request", "is not a method and a URL: " + request));
        }
        var url = words[words.length - 1];
        var method = words.length == 1 ? "GET" : words[0];
        boolean https = url.toLowerCase(Locale.ROOT).startsWith("https://");
        var authority = authority(url);
        var lines = lines(problems);
        var wanted = to.isEmpty() ? Optional.<InetSocketAddress>empty() : address(to, problems);
        var name = listener(explainer, wanted, problems);
        var client = address(source.isEmpty() ? DEFAULT_SOURCE : source, 0, "source", problems);
        if (!problems.isEmpty()) {
            return new Checked.Rejected<>(problems);
        }
        var destination = wanted.orElseGet(() -> own(explainer, name));
        boolean tls = https || !from.isEmpty();
        var sni = serverName.isEmpty() ? withoutPort(authority) : serverName;
        var peer = new Peer(
                client.orElseThrow(),
                destination,
                tls,
                from.isEmpty() ? Optional.empty() : Optional.of(from),
                tls && !sni.isEmpty() ? Optional.of(sni.toLowerCase(Locale.ROOT)) : Optional.empty());
        var host = lines.stream()
                .filter(line -> line.name().equalsIgnoreCase("host"))
                .map(Call.Line::value)
                .findFirst()
                .orElse(authority);
        lines.removeIf(line -> line.name().equalsIgnoreCase("host"));
        return Checked.of(new Call(name, method, host, path(url, authority), lines, peer, protocols, seed), List.of());
    }

    private List<Call.Line> lines(List<Problem> problems) {
        var lines = new ArrayList<Call.Line>();
        for (var header : headers) {
            int colon = header.indexOf(':', 1);
            if (colon < 0 || header.indexOf('\n') >= 0 || header.indexOf('\r') >= 0) {
                problems.add(problem("header", "is not 'name: value': " + header));
            } else {
                var value = StringMatcher.octets(header.substring(colon + 1).strip());
                lines.add(new Call.Line(
                        StringMatcher.octets(header.substring(0, colon).strip()), value));
            }
        }
        return lines;
    }

    private static String authority(String url) {
        int scheme = url.indexOf("://");
        if (scheme < 0 || url.startsWith("/")) {
            return url.startsWith("/") || url.equals("*") ? "" : url;
        }
        var rest = url.substring(scheme + 3);
        int end = end(rest);
        return StringMatcher.octets(rest.substring(0, end));
    }

    private static int end(String text) {
        int end = 0;
        while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    /// The request's target: of a URL without a path `/`; of `host:port`, as CONNECT has it, that.
    private static String path(String url, String authority) {
        int scheme = url.indexOf("://");
        if (scheme < 0 || url.startsWith("/")) {
            return StringMatcher.octets(url);
        }
        var rest = url.substring(scheme + 3);
        var path = StringMatcher.octets(rest.substring(end(rest)));
        if (path.isEmpty() && authority.isEmpty()) {
            return "";
        }
        return path.startsWith("/") ? path : "/" + path;
    }

    private static String withoutPort(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    }

    private String listener(Explainer explainer, Optional<InetSocketAddress> wanted, List<Problem> problems) {
        var all = explainer.config().listeners();
        if (!listener.isEmpty()) {
            if (!all.containsKey(listener)) {
                problems.add(problem("listener", "there is no listener " + listener + ", but " + all.keySet()));
            }
            return listener;
        }
        if (wanted.isPresent()) {
            var there = explainer.listenersAt(wanted.get());
            if (!there.isEmpty()) {
                return there.getFirst();
            }
            problems.add(problem("to", "no listener listens at " + to + "; name one of " + all.keySet()));
            return "";
        }
        if (all.size() == 1) {
            return all.keySet().iterator().next();
        }
        problems.add(problem("listener", "is needed, as there is not one listener but " + all.keySet()));
        return "";
    }

    private static InetSocketAddress own(Explainer explainer, String name) {
        var listener = explainer.config().listeners().get(name);
        if (listener == null) {
            throw new IllegalStateException("no listener " + name);
        }
        return new InetSocketAddress(InetAddress.ofLiteral(listener.address()), listener.port());
    }

    private static Optional<InetSocketAddress> address(String text, List<Problem> problems) {
        int colon = text.lastIndexOf(':');
        var port = colon < 0 ? "" : text.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            problems.add(problem("to", "is not address:port: " + text));
            return Optional.empty();
        }
        var host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return address(bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port), "to", problems);
    }

    private static Optional<InetSocketAddress> address(String host, int port, String field, List<Problem> problems) {
        try {
            return Optional.of(new InetSocketAddress(InetAddress.ofLiteral(host), port));
        } catch (IllegalArgumentException _) {
            problems.add(problem(field, "is no IP address: " + host));
            return Optional.empty();
        }
    }

    private static Problem problem(String path, String reason) {
        return Problem.error(OBJECT, path, reason, "write it as the documentation of explain says");
    }
}

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
import java.util.Set;

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
    /// The parameters of a URL, `for` and `format` among them: they belong to whoever answers.
    private static final Set<String> PARAMETERS =
            Set.of("request", "header", "from", "listener", "to", "source", "sni", "alpn", "seed", "for", "format");
    private static final String SPIFFE = "spiffe://[a-z0-9._-]{1,255}(/[A-Za-z0-9._-]+)+";

    public Question {
        headers = List.copyOf(headers);
        protocols = List.copyOf(protocols);
    }

    /// The question that the parameters of a URL ask: `request`, `header` (a line each), `from`, `listener`, `to`,
    /// `source`, `sni`, `alpn` (with commas between), `seed`. Or all that is wrong with it by itself, whatever
    /// there is to ask.
    public static Checked<Question> of(Map<String, String> query) {
        var problems = new ArrayList<Problem>();
        for (var name : sorted(query.keySet())) {
            if (!PARAMETERS.contains(name)) {
                problems.add(
                        problem(name, "is no parameter of explain", "leave it out; there are " + sorted(PARAMETERS)));
            }
        }
        var seed = query.getOrDefault("seed", "0");
        boolean whole = seed.matches("-?[0-9]{1,18}");
        if (!whole) {
            problems.add(problem("seed", "is no whole number: " + seed, "write for example 7"));
        }
        var question = new Question(
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
                whole ? Long.parseLong(seed) : 0);
        problems.addAll(question.problems());
        return Checked.of(question, problems);
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    /// The same question about a connection that goes to `address:port`.
    public Question to(String destination) {
        return new Question(request, headers, from, listener, destination, source, serverName, protocols, seed);
    }

    /// The call that this asks for, or all that is wrong with it.
    public Checked<Call> call(Explainer explainer) {
        var problems = new ArrayList<>(problems());
        var words = words();
        var url = words[words.length - 1];
        var method = words.length == 1 ? "GET" : words[0];
        boolean https = url.toLowerCase(Locale.ROOT).startsWith("https://");
        var authority = authority(url);
        var told = new ArrayList<Problem>(); // among the problems already
        var lines = lines(told);
        var wanted = wanted(told);
        var name = listener(explainer, wanted, problems);
        var client = client(told);
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

    private String[] words() {
        return request.strip().split("\\s+", -1);
    }

    /// What is wrong with it by itself, whatever configuration is asked.
    public List<Problem> problems() {
        var problems = new ArrayList<Problem>();
        var words = words();
        var url = words[words.length - 1];
        boolean connect = words.length == 2 && words[0].equals("CONNECT");
        boolean target = url.startsWith("/") || url.equals("*") || url.indexOf("://") > 0 || connect;
        if (words.length > 2 || !target) {
            problems.add(problem(
                    "request",
                    "is not a method and a URL: " + request,
                    "write for example GET http://shop/cart, or the URL alone"));
        }
        lines(problems);
        if (!from.isEmpty() && !from.matches(SPIFFE)) {
            problems.add(
                    problem("from", "is no SPIFFE URI: " + from, "write for example spiffe://mesh/ns/shop/sa/web"));
        }
        wanted(problems);
        client(problems);
        return problems;
    }

    private Optional<InetSocketAddress> wanted(List<Problem> problems) {
        return to.isEmpty() ? Optional.empty() : address(to, problems);
    }

    private Optional<InetSocketAddress> client(List<Problem> problems) {
        return address(source.isEmpty() ? DEFAULT_SOURCE : source, 0, "source", problems);
    }

    private List<Call.Line> lines(List<Problem> problems) {
        var lines = new ArrayList<Call.Line>();
        for (var header : headers) {
            int colon = header.indexOf(':', 1);
            if (colon < 0 || header.indexOf('\n') >= 0 || header.indexOf('\r') >= 0) {
                problems.add(problem("header", "is not 'name: value': " + header, "write for example x-user: ann"));
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
                problems.add(problem("listener", "there is no listener " + listener, "name one of " + all.keySet()));
            }
            return listener;
        }
        if (wanted.isPresent()) {
            var there = explainer.listenersAt(wanted.get());
            if (!there.isEmpty()) {
                return there.getFirst();
            }
            problems.add(problem("to", "no listener listens at " + to, "name one of the listeners " + all.keySet()));
            return "";
        }
        if (all.size() == 1) {
            return all.keySet().iterator().next();
        }
        problems.add(problem("listener", "is needed, as there is not one alone", "name one of " + all.keySet()));
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
            problems.add(problem("to", "is not address:port: " + text, "write for example 10.0.0.7:8080"));
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
            problems.add(problem(field, "is no IP address: " + host, "write for example 10.0.0.7"));
            return Optional.empty();
        }
    }

    private static Problem problem(String path, String reason, String remedy) {
        return Problem.error(OBJECT, path, reason, remedy);
    }
}

package io.heddle.proxy.envoy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A request of HTTP/1.1, drawn at random near the routes of a table.
///
/// @param first its first line
/// @param lines its other lines
/// @param body what follows, framed as the lines say
record GeneratedRequest(String first, List<String> lines, String body) {
    private static final List<String> HOSTS = List.of(
            "shop.example",
            "shop.example:8080",
            "a.example",
            "a.shop.example",
            "y-x.example",
            "-x.example",
            ".example",
            "shop.test",
            "api.test:80",
            "api.example:1",
            "[::1]",
            "[::1]:80",
            "127.0.0.1",
            "127.0.0.1:80",
            "other",
            "shop.");
    private static final List<String> PATHS = List.of(
            "/", "/api", "/API/v1", "/api/v1/users/7", "/books/7", "/a/b/c", "/en/books/1", "/index.html", "/apix");
    private static final List<String> STRANGE = List.of(
            "/a/../api",
            "/a/./b",
            "/..",
            "//",
            "//api//v1",
            "/a//b",
            "/a%2Fb",
            "/a%2fb%5Cc",
            "/%2e%2e/api",
            "/a\\b",
            "/x%20y",
            "/%61pi",
            "/%zz",
            "/%",
            "/a;p=1/b",
            "/b;p",
            "/api;x?y=1",
            "/api#top",
            "/a|b",
            "/a\"b",
            "/{a}",
            "/~a",
            "/a:b@c",
            "/caf\u00c3\u00a9",
            "/a?b?c=d",
            "*",
            "/a/b/");
    private static final List<String> QUERIES = List.of(
            "?x=1", "?x", "?x=", "?y=2&x=1", "?x=1&x=2", "?q=a%20b", "?", "?x=%31", "?X=1", "?a&&x=1", "?x=A&q=abc");

    private static final String[] COOKIES = {
        "u=1",
        "u=1; place=p7",
        "place=\"q\"; u=2",
        "a; b=c",
        "u=2; u=1",
        "U=1;u=\"1\" ;  place=",
        "u =1; a=b",
        "u==1",
        "u=\"q; place=\"\"",
        ";;u=1 ;a=\"b\"",
        "a=b,u=1",
        "u",
        "\ta=b;\tu=1"
    };

    static GeneratedRequest draw(GeneratedTable table, Chance chance) {
        var method = chance.in(70) ? "GET" : chance.one("POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH");
        var host = host(table, chance);
        var path = path(table, chance);
        if (path.equals("*")) {
            method = chance.one("OPTIONS", "GET");
        }
        var lines = new ArrayList<String>();
        lines.add("Host: " + host);
        headers(lines, chance);
        if (!method.equals("HEAD")) { // gRPC knows no HEAD
            some(lines, chance, 20, "Content-Type", "application/grpc", "application/grpc+proto", "text/plain");
        }
        var target = chance.in(4) && path.startsWith("/") ? "http://" + chance.one(HOSTS) + path : path;
        var body = "";
        if (method.startsWith("P") && chance.in(80)) {
            boolean chunked = chance.in(30);
            lines.add(chunked ? "Transfer-Encoding: chunked" : "Content-Length: 5");
            body = chunked ? "5\r\nhello\r\n0\r\n\r\n" : "hello";
        }
        return new GeneratedRequest(method + " " + target + " HTTP/1.1", lines, body);
    }

    private static String host(GeneratedTable table, Chance chance) {
        var host = chance.in(25) ? chance.one(HOSTS) : near(chance.one(table.domains()), chance);
        return switch (chance.below(14)) {
            case 0 -> host.toUpperCase(Locale.ROOT);
            case 1 -> host.matches(".*:[0-9]+") ? host : host + ":80";
            case 2 -> host.matches(".*:[0-9]+") ? host : host + ":8080";
            case 3 -> host.indexOf(':') < 0 ? host + "." : host;
            default -> host;
        };
    }

    private static String near(String domain, Chance chance) {
        return domain.replace(":*", ":7").replace("*", chance.one("a", "x-x", "test"));
    }

    private static String path(GeneratedTable table, Chance chance) {
        var path = chance.in(60) ? chance.one(table.paths()) : chance.one(chance.in(35) ? STRANGE : PATHS);
        if (path.equals("*")) {
            return path;
        }
        if (chance.in(25)) {
            path += chance.one("/", "x", "/b", ".html", "/users", "/../a", parameter(path));
        }
        if (table.says("ignore_path_parameters_in_path_matching") && chance.in(50)) {
            path += parameter(path);
        }
        return chance.in(35) ? path + chance.one(QUERIES) : path;
    }

    /// None behind an escaped dot: as a dot segment it counts for us, and not for Envoy.
    private static String parameter(String path) {
        return path.toLowerCase(Locale.ROOT).endsWith("%2e") ? "" : ";p=1";
    }

    private static void headers(List<String> lines, Chance chance) {
        for (var name : GeneratedMatch.NAMES) {
            if (chance.in(40)) {
                lines.add(name + ": " + chance.one(GeneratedMatch.VALUES));
            }
            if (chance.in(6)) {
                lines.add(name + ": " + chance.one(GeneratedMatch.VALUES));
            }
        }
        some(lines, chance, 30, "Cookie", COOKIES);
        some(lines, chance, 8, "cookie", COOKIES);
        some(lines, chance, 30, "User-Agent", "test/1");
        some(lines, chance, 15, "X-Cluster", "one", "two", "missing", "");
        // Without a number chance would choose the cluster.
        lines.add("X-Number: " + chance.one("0", "5", "17", "1234567890123456789"));
        some(lines, chance, 50, "X-Still", "as it came", "a,b", "");
        some(lines, chance, 12, "X-Host", "rewritten.example", "rewritten.example:8080", "");
        some(lines, chance, 15, "X-Forwarded-For", "1.2.3.4", "1.2.3.4, 10.0.0.1", "10.0.0.1", "junk", "::1");
        some(lines, chance, 12, "X-Forwarded-Proto", "https", "http", "HTTPS");
        some(lines, chance, 5, "X-Forwarded-Host", "first.example");
        some(lines, chance, 5, "X-Forwarded-Port", "1234");
        some(lines, chance, 10, "X-Request-Id", "mine", "4b9a9e2c-5b0e-4a2b-9e2c-5b0e4a2b9e2c");
        some(lines, chance, 3, "X-Envoy-Internal", "true");
        some(lines, chance, 3, "X-Envoy-Original-Path", "/was");
        some(lines, chance, 3, "X-Envoy-External-Address", "6.6.6.6");
        some(lines, chance, 5, "x_under", "1");
        some(lines, chance, 3, "Via", "1.1 before");
        some(lines, chance, 3, "TE", "trailers", "gzip");
        some(lines, chance, 3, "Accept", "text/html", "*/*;q=0.1");
        some(lines, chance, 3, "Connection", "keep-alive", "x-a", "X-User, keep-alive");
        some(lines, chance, 2, "Keep-Alive", "timeout=5");
        some(lines, chance, 2, "Proxy-Connection", "keep-alive");
    }

    private static void some(List<String> lines, Chance chance, int percent, String name, String... values) {
        if (chance.in(percent)) {
            lines.add(name + ": " + chance.one(values));
        }
    }

    /// Whether its target has one of these characters.
    boolean hasAny(String characters) {
        return first.chars().anyMatch(c -> characters.indexOf(c) >= 0);
    }

    /// Whether it has a header of that name.
    boolean says(String name) {
        return lines.stream().anyMatch(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1));
    }

    boolean isGrpc() {
        return lines.stream().anyMatch(line -> line.startsWith("Content-Type: application/grpc"));
    }

    /// As it is sent.
    String text() {
        return first + "\r\n" + String.join("\r\n", lines) + "\r\n\r\n" + body;
    }
}

package io.heddle.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The way to the other services: HTTP/1.1 with kept connections, through the proxy that `HTTP_PROXY` names.
///
/// Follows the usual convention: `http_proxy` or `HTTP_PROXY` holds `http://host:port`, `NO_PROXY` a list of hosts and
/// domain endings that are called directly. Safe for use by many threads.
final class Downstream {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int DETAIL = 300;

    private final Settings settings;
    private final HttpClient client;

    Downstream(Settings settings) {
        this.settings = settings;
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER);
        var proxy = settings.text("http_proxy", settings.text("HTTP_PROXY", ""));
        if (!proxy.isEmpty()) {
            builder.proxy(selector(URI.create(proxy), settings.text("no_proxy", settings.text("NO_PROXY", ""))));
        }
        client = builder.build();
    }

    private static ProxySelector selector(URI proxy, String direct) {
        if (proxy.getHost() == null) {
            throw new IllegalArgumentException("HTTP_PROXY must look like http://127.0.0.1:15001, not '" + proxy + "'");
        }
        var address = new InetSocketAddress(proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort());
        var through = List.of(new java.net.Proxy(java.net.Proxy.Type.HTTP, address));
        var endings = List.of(direct.split("\\s*,\\s*"));
        return new ProxySelector() {
            @Override
            public List<java.net.Proxy> select(URI target) {
                var host = target.getHost();
                boolean straight = endings.stream()
                        .filter(ending -> !ending.isEmpty())
                        .anyMatch(ending -> ending.equals("*") || host.equals(ending) || host.endsWith("." + ending));
                return straight ? List.of(java.net.Proxy.NO_PROXY) : through;
            }

            @Override
            public void connectFailed(URI target, java.net.SocketAddress failed, IOException cause) {
                // The call itself reports the same failure with its target.
            }
        };
    }

    /// Gets `path` from a service and returns the body of its 200.
    ///
    /// @throws DownstreamFailure on any other status and on any transport error
    String get(String service, String path, Map<String, String> headers) throws DownstreamFailure {
        return body(service, send(service, path, headers, null));
    }

    /// Posts JSON to `path` of a service and returns the body of its 200 or 201.
    ///
    /// @throws DownstreamFailure on any other status and on any transport error
    String post(String service, String path, Map<String, String> headers, String json) throws DownstreamFailure {
        return body(service, send(service, path, headers, json));
    }

    /// Sends a request and returns the answer, whatever its status; a `null` body means GET.
    HttpResponse<String> send(
            String service, String path, Map<String, String> headers, @org.jspecify.annotations.Nullable String json)
            throws DownstreamFailure {
        var request = HttpRequest.newBuilder(settings.neighbour(service).resolve(path))
                .timeout(TIMEOUT);
        headers.forEach(request::header);
        if (json != null) {
            request.header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json));
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DownstreamFailure(service, "interrupted");
        } catch (IOException e) {
            throw new DownstreamFailure(service, e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private static String body(String service, HttpResponse<String> response) throws DownstreamFailure {
        if (response.statusCode() == 200 || response.statusCode() == 201) {
            return response.body();
        }
        var text = response.body().strip();
        throw new DownstreamFailure(
                service,
                response.statusCode() + " " + (text.length() > DETAIL ? text.substring(0, DETAIL) + "…" : text));
    }
}

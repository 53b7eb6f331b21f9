package io.heddle.xds.server;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/// Serves ADS (both variants), rate limits where there are some, and, on the TLS port, the certificate service. Calls
/// run on virtual threads. Thread-safe.
///
/// The plaintext port serves ADS without identity and must be bound to a loopback address. The TLS port asks for a
/// client certificate of the mesh root but does not demand it, since a proxy's first call to the certificate service
/// has none; ADS on it refuses a stream without.
public final class AdsServer implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 4 * 1024 * 1024;
    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final int MAX_STREAMS_PER_CONNECTION = 100;
    private static final int KEEPALIVE_SECONDS = 30;
    private static final int PERMITTED_KEEPALIVE_SECONDS = 10;
    private static final int STOP_SECONDS = 2;

    private final Optional<Server> plaintext;
    private final Optional<Server> secure;
    private final ExecutorService calls;

    private AdsServer(Optional<Server> plaintext, Optional<Server> secure, ExecutorService calls) {
        this.plaintext = plaintext;
        this.secure = secure;
        this.calls = calls;
    }

    /// What the server listens on.
    ///
    /// @param plaintext a loopback address, port 0 for any free one; empty for no plaintext port
    /// @param secure the TLS port; empty for none
    /// @param limits who counts requests for all callers; empty does not serve rate limits
    public record Options(
            Optional<InetSocketAddress> plaintext, Optional<Secure> secure, Optional<RateLimiter> limits) {
        /// Without rate limits.
        public Options(Optional<InetSocketAddress> plaintext, Optional<Secure> secure) {
            this(plaintext, secure, Optional.empty());
        }

        public Options {
            plaintext.ifPresent(address -> {
                if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
                    throw new IllegalArgumentException("plaintext xDS is served on loopback only, not on " + address);
                }
            });
        }
    }

    /// The TLS port.
    ///
    /// @param address where to listen, port 0 for any free one
    /// @param certificate asked at each handshake; must be quick, and may return a renewed certificate at any time
    /// @param rootPem the mesh root that signs client certificates
    /// @param signer the certificate authority
    public record Secure(
            InetSocketAddress address,
            Supplier<ServingCertificate> certificate,
            String rootPem,
            CertificateSigner signer) {}

    /// Opens the ports.
    ///
    /// @throws IOException when a port cannot be opened; nothing is left open then
    /// @throws IllegalArgumentException when a certificate or key is unreadable
    public static AdsServer start(Options options, ProxyConnections connections) throws IOException {
        var calls = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("xds-call-", 0).factory());
        var started = new ArrayList<Server>();
        try {
            var ads = new AdsService(connections);
            Optional<Server> plaintext = Optional.empty();
            if (options.plaintext().isPresent()) {
                var builder = builder(options.plaintext().get(), calls);
                builder.addService(ServerInterceptors.intercept(ads, new PeerInterceptor()));
                addLimits(builder, options);
                plaintext = Optional.of(builder.build().start());
                started.add(plaintext.get());
            }
            Optional<Server> secure = Optional.empty();
            if (options.secure().isPresent()) {
                var tls = options.secure().get();
                var builder = builder(tls.address(), calls).sslContext(sslContext(tls));
                builder.addService(ServerInterceptors.intercept(ads, new PeerInterceptor()));
                builder.addService(
                        ServerInterceptors.intercept(new CertificateService(tls.signer()), new PeerInterceptor()));
                addLimits(builder, options);
                secure = Optional.of(builder.build().start());
                started.add(secure.get());
            }
            return new AdsServer(plaintext, secure, calls);
        } catch (IOException | RuntimeException e) {
            started.forEach(Server::shutdownNow);
            calls.shutdown();
            throw e;
        }
    }

    private static void addLimits(NettyServerBuilder builder, Options options) {
        options.limits()
                .ifPresent(limiter -> builder.addService(
                        ServerInterceptors.intercept(new RateLimitService(limiter), new PeerInterceptor())));
    }

    /// The plaintext port's number; empty when there is none.
    public Optional<Integer> plaintextPort() {
        return plaintext.map(Server::getPort);
    }

    /// The TLS port's number; empty when there is none.
    public Optional<Integer> securePort() {
        return secure.map(Server::getPort);
    }

    /// Ends all streams and closes the ports.
    @Override
    public void close() {
        var servers = new ArrayList<Server>();
        plaintext.ifPresent(servers::add);
        secure.ifPresent(servers::add);
        servers.forEach(Server::shutdownNow);
        awaitEnd(servers);
        calls.shutdown();
    }

    private static void awaitEnd(List<Server> servers) {
        try {
            for (var server : servers) {
                server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static NettyServerBuilder builder(InetSocketAddress address, ExecutorService calls) {
        return NettyServerBuilder.forAddress(address)
                .executor(calls)
                .maxInboundMessageSize(MAX_REQUEST_BYTES)
                .maxInboundMetadataSize(MAX_HEADER_BYTES)
                .maxConcurrentCallsPerConnection(MAX_STREAMS_PER_CONNECTION)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(PERMITTED_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
    }

    private static SslContext sslContext(Secure tls) throws SSLException {
        var builder = SslContextBuilder.forServer(new ServingKeys(tls.certificate()))
                .trustManager(Pem.certificates(tls.rootPem()))
                .clientAuth(ClientAuth.OPTIONAL)
                .protocols("TLSv1.3");
        return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
    }
}

package io.heddle.proxy.tls;

import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.TlsSettings;
import io.netty.handler.ssl.SslProvider;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The TLS of a proxy: one [TlsHandlers] for each distinct configuration, shared by all that use it.
///
/// Making one reads secrets and builds a context, so ask when a listener or a cluster is set up, not per connection.
/// Safe on any thread.
public final class TlsContexts {
    private static final Cleaner CLEANER = Cleaner.create();

    private final SecretStore secrets;
    private final Supplier<ContextFactory> factories;
    private @Nullable ContextFactory factory;
    private final Map<TlsSettings, WeakReference<TlsHandlers>> known = new ConcurrentHashMap<>();
    // Only held, so that what was prepared is still there when it is asked for.
    @SuppressWarnings("UnusedVariable")
    private volatile List<TlsHandlers> prepared = List.of();

    /// Uses BoringSSL where it loads, else the JDK's engine; looks for it when TLS is first asked for.
    public TlsContexts(SecretStore secrets) {
        this(secrets, ContextFactory::best);
    }

    /// Uses `provider`.
    static TlsContexts with(SslProvider provider, SecretStore secrets) {
        return new TlsContexts(secrets, () -> new ContextFactory(provider));
    }

    private TlsContexts(SecretStore secrets, Supplier<ContextFactory> factories) {
        this.secrets = secrets;
        this.factories = factories;
        secrets.follow(this::refresh);
    }

    /// TLS towards clients.
    public TlsHandlers server(ServerTls tls) {
        return handlers(tls);
    }

    /// TLS towards upstreams.
    public TlsHandlers client(ClientTls tls) {
        return handlers(tls);
    }

    /// What is wrong with the secrets of `next`, and with the texts and files that its TLS settings name, as far as
    /// they are not in use already: what can be read now and cannot be used. Each by its resource.
    public List<Problem> check(RuntimeConfig next) {
        var problems = new ArrayList<>(secrets.check(next));
        next.listeners()
                .forEach((name, listener) -> listener.chains()
                        .forEach(chain ->
                                chain.tls().ifPresent(tls -> problems.addAll(check("Listener " + name, tls)))));
        next.clusters()
                .forEach((name, cluster) -> cluster.transports()
                        .forEach(transport ->
                                transport.tls().ifPresent(tls -> problems.addAll(check("Cluster " + name, tls)))));
        return problems.stream().distinct().toList();
    }

    /// `next`, or nothing where its certificates or trust are refused: hosts are not checked with those.
    public RuntimeConfig acceptable(RuntimeConfig next) {
        return check(next).stream().anyMatch(Problem::isError) ? RuntimeConfig.EMPTY : next;
    }

    private List<Problem> check(String object, TlsSettings settings) {
        return known.containsKey(settings) ? List.of() : secrets.check(object, settings);
    }

    /// Makes everything that `next` will need, so that nobody waits for it on an event loop later.
    public void prepare(RuntimeConfig next) {
        var needed = new ArrayList<TlsHandlers>();
        for (var listener : next.listeners().values()) {
            for (ListenerChain chain : listener.chains()) {
                chain.tls().ifPresent(tls -> needed.add(server(tls)));
            }
        }
        for (var cluster : next.clusters().values()) {
            cluster.transports().forEach(transport -> transport.tls().ifPresent(tls -> needed.add(client(tls))));
        }
        prepared = List.copyOf(needed);
        known.values().removeIf(reference -> reference.get() == null);
    }

    /// The certificates in use, each set once.
    public List<ShownCertificates> certificates() {
        return known.values().stream()
                .flatMap(reference -> Stream.ofNullable(reference.get()))
                .map(TlsHandlers::certificates)
                .distinct()
                .toList();
    }

    private void refresh() {
        for (var reference : known.values()) {
            var handlers = reference.get();
            if (handlers != null) {
                handlers.refresh();
            }
        }
    }

    private TlsHandlers handlers(TlsSettings settings) {
        var reference = known.get(settings);
        var handlers = reference == null ? null : reference.get();
        if (handlers != null) {
            return handlers;
        }
        synchronized (known) {
            reference = known.get(settings);
            handlers = reference == null ? null : reference.get();
            if (handlers == null) {
                handlers = new TlsHandlers(settings, factory(), secrets, CLEANER);
                known.put(settings, new WeakReference<>(handlers));
                // Secrets that changed between its first look and its entry here have told nobody.
                handlers.refresh();
            }
            return handlers;
        }
    }

    /// Under the lock of [#known].
    private ContextFactory factory() {
        if (factory == null) {
            factory = factories.get();
        }
        return factory;
    }
}

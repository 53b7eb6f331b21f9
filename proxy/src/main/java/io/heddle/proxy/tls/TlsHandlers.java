package io.heddle.proxy.tls;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.TlsSettings;
import io.heddle.traffic.runtime.TlsVersions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.Cleaner;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Makes the TLS handler of each new connection of one configuration.
///
/// Follows its secrets: connections made after a renewal use the new certificate, older ones stay as they are. Whoever
/// keeps one keeps its context alive; one that nobody keeps is freed. Safe on any thread; never blocks.
public final class TlsHandlers {
    private static final Logger log = LoggerFactory.getLogger(TlsHandlers.class);

    private final TlsSettings settings;
    private final ContextFactory factory;
    private final SecretStore secrets;
    private final Slot slot = new Slot();

    private List<KeyMaterial> own = List.of();
    private Optional<TrustBundle> trust = Optional.empty();
    private List<Problem> problems = List.of();
    private volatile boolean verifies;
    private volatile Optional<X509Certificate> shown = Optional.empty();

    TlsHandlers(TlsSettings settings, ContextFactory factory, SecretStore secrets, Cleaner cleaner) {
        this.settings = settings;
        this.factory = factory;
        this.secrets = secrets;
        var owned = slot;
        cleaner.register(this, () -> owned.replace(null));
        refresh();
    }

    /// The handler for a new connection. Empty while a secret is missing or wrong: then the connection must be closed,
    /// and the reason stands in the log.
    public Optional<SslHandler> newHandler(ByteBufAllocator allocator) {
        return newHandler(allocator, ClientHello.UNKNOWN);
    }

    /// The same for a client that said `hello`; its bytes are still to be given to the handler.
    public Optional<SslHandler> newHandler(ByteBufAllocator allocator, ClientHello hello) {
        return slot.newHandler(settings, allocator, hello);
    }

    /// Whether it depends on a client's hello which certificate that is shown.
    public boolean choosesByHello() {
        return settings.certificates().size() > 1;
    }

    /// What the peer's certificate says, once the handshake of `handler` has succeeded; empty when the peer showed none
    /// or when this configuration verifies nobody.
    public Optional<PeerCertificate> peer(SslHandler handler) {
        return verifies ? PeerCertificate.of(handler.engine().getSession()) : Optional.empty();
    }

    /// The certificate that new connections show; empty while there is none.
    public Optional<X509Certificate> shown() {
        return shown;
    }

    /// The certificates in use.
    synchronized ShownCertificates certificates() {
        return new ShownCertificates(
                trust.map(TrustBundle::authorities).orElse(List.of()),
                own.stream().flatMap(material -> material.chain().stream()).toList());
    }

    /// Why no connection can be made; empty when one can.
    public synchronized List<Problem> problems() {
        return problems;
    }

    /// Looks at the secrets again and makes a new context if they have changed.
    synchronized void refresh() {
        var found = secrets.certificates(settings.certificates());
        var trusted = secrets.trust(settings.verification());
        switch (found) {
            case Checked.Rejected<List<KeyMaterial>>(var wrong) -> unavailable(wrong);
            case Checked.Ok<List<KeyMaterial>>(var material, var _) -> {
                switch (trusted) {
                    case Checked.Rejected<Optional<TrustBundle>>(var wrong) -> unavailable(wrong);
                    case Checked.Ok<Optional<TrustBundle>>(var bundle, var _) -> use(material, bundle);
                }
            }
        }
    }

    /// For people: which side, towards whom.
    static String label(TlsSettings settings) {
        return switch (settings) {
            case ServerTls _ -> "server";
            case ClientTls client -> "client " + client.serverName();
        };
    }

    private void use(List<KeyMaterial> material, Optional<TrustBundle> bundle) {
        if (slot.isFilled() && material.equals(own) && bundle.equals(trust)) {
            return;
        }
        switch (contexts(material, bundle)) {
            case Checked.Rejected<Contexts>(var wrong) -> unavailable(wrong);
            case Checked.Ok<Contexts>(var contexts, var _) -> {
                own = material;
                shown = material.stream().findFirst().map(first -> first.chain().getFirst());
                trust = bundle;
                verifies = bundle.isPresent();
                problems = List.of();
                slot.replace(contexts);
            }
        }
    }

    /// One context for each certificate; without, one that shows none.
    private Checked<Contexts> contexts(List<KeyMaterial> material, Optional<TrustBundle> bundle) {
        var shown = material.isEmpty()
                ? List.of(Optional.<KeyMaterial>empty())
                : material.stream().map(Optional::of).toList();
        var made = new ArrayList<SslContext>();
        for (var one : shown) {
            switch (factory.context(settings, one, bundle)) {
                case Checked.Rejected<SslContext>(var wrong) -> {
                    made.forEach(ReferenceCountUtil::release);
                    return new Checked.Rejected<>(wrong);
                }
                case Checked.Ok<SslContext>(var context, var _) -> made.add(context);
            }
        }
        return Checked.ok(new Contexts(made, choice(material, made.getFirst())));
    }

    private CertificateChoice choice(List<KeyMaterial> material, SslContext first) {
        boolean fullScan =
                settings instanceof ServerTls server && server.shown().fullScan();
        boolean speaks13 = settings.parameters().versions().maximum() == TlsVersions.Version.TLS_1_3;
        return new CertificateChoice(material, fullScan, speaks13, first.cipherSuites());
    }

    private void unavailable(List<Problem> wrong) {
        if (!wrong.equals(problems)) {
            // Whoever obtains the first certificate says so when it cannot be had.
            log.atLevel(settings.certificates().stream().anyMatch(secrets::isAwaited) ? Level.DEBUG : Level.WARN)
                    .addKeyValue("tls", label(settings))
                    .addKeyValue("problems", wrong)
                    .log("connections are refused until their secrets are there");
        }
        problems = wrong;
        slot.replace(null);
    }

    /// One context for each certificate, and the choice among them. Owns a reference to each.
    private record Contexts(List<SslContext> all, CertificateChoice choice) {
        SslContext chosen(ClientHello hello) {
            return all.size() == 1 ? all.getFirst() : all.get(choice.choose(hello));
        }

        void release() {
            all.forEach(ReferenceCountUtil::release);
        }
    }

    /// Holds the contexts that are in use.
    private static final class Slot {
        private @Nullable Contexts contexts;

        synchronized boolean isFilled() {
            return contexts != null;
        }

        synchronized Optional<SslHandler> newHandler(
                TlsSettings settings, ByteBufAllocator allocator, ClientHello hello) {
            return contexts == null
                    ? Optional.empty()
                    : Optional.of(ContextFactory.handler(contexts.chosen(hello), settings, allocator));
        }

        synchronized void replace(@Nullable Contexts next) {
            var previous = contexts;
            contexts = next;
            if (previous != null) {
                previous.release();
            }
        }
    }
}

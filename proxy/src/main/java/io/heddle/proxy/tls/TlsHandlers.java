package io.heddle.proxy.tls;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.TlsSettings;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.Cleaner;
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

    private Optional<KeyMaterial> own = Optional.empty();
    private Optional<TrustBundle> trust = Optional.empty();
    private List<Problem> problems = List.of();
    private volatile boolean verifies;

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
        return slot.newHandler(settings, allocator);
    }

    /// What the peer's certificate says, once the handshake of `handler` has succeeded; empty when the peer showed none
    /// or when this configuration verifies nobody.
    public Optional<PeerCertificate> peer(SslHandler handler) {
        return verifies ? PeerCertificate.of(handler.engine().getSession()) : Optional.empty();
    }

    /// The certificates in use.
    synchronized ShownCertificates certificates() {
        return new ShownCertificates(
                trust.map(TrustBundle::authorities).orElse(List.of()),
                own.map(KeyMaterial::chain).orElse(List.of()));
    }

    /// Why no connection can be made; empty when one can.
    public synchronized List<Problem> problems() {
        return problems;
    }

    /// Looks at the secrets again and makes a new context if they have changed.
    synchronized void refresh() {
        var found = secrets.certificate(settings.certificate());
        var trusted = secrets.trust(settings.verification());
        switch (found) {
            case Checked.Rejected<Optional<KeyMaterial>>(var wrong) -> unavailable(wrong);
            case Checked.Ok<Optional<KeyMaterial>>(var material, var _) -> {
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

    private void use(Optional<KeyMaterial> material, Optional<TrustBundle> bundle) {
        if (slot.isFilled() && material.equals(own) && bundle.equals(trust)) {
            return;
        }
        switch (factory.context(settings, material, bundle)) {
            case Checked.Rejected<SslContext>(var wrong) -> unavailable(wrong);
            case Checked.Ok<SslContext>(var context, var _) -> {
                own = material;
                trust = bundle;
                verifies = bundle.isPresent();
                problems = List.of();
                slot.replace(context);
            }
        }
    }

    private void unavailable(List<Problem> wrong) {
        if (!wrong.equals(problems)) {
            // Whoever obtains the first certificate says so when it cannot be had.
            log.atLevel(secrets.isAwaited(settings.certificate()) ? Level.DEBUG : Level.WARN)
                    .addKeyValue("tls", label(settings))
                    .addKeyValue("problems", wrong)
                    .log("connections are refused until their secrets are there");
        }
        problems = wrong;
        slot.replace(null);
    }

    /// Holds the context that is in use, and one reference to it.
    private static final class Slot {
        private @Nullable SslContext context;

        synchronized boolean isFilled() {
            return context != null;
        }

        synchronized Optional<SslHandler> newHandler(TlsSettings settings, ByteBufAllocator allocator) {
            return context == null
                    ? Optional.empty()
                    : Optional.of(ContextFactory.handler(context, settings, allocator));
        }

        synchronized void replace(@Nullable SslContext next) {
            var previous = context;
            context = next;
            ReferenceCountUtil.release(previous);
        }
    }
}

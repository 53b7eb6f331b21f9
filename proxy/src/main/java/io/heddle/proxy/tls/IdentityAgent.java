package io.heddle.proxy.tls;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.proxy.tls.CertificateIssuer.Outcome;
import io.heddle.xds.client.CertificateRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Obtains the proxy's identity with a join token and renews it with itself at about half of its life, for ever.
///
/// The old certificate stays until the new one is on disk. Works on a virtual thread of its own; safe on any thread.
public final class IdentityAgent implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IdentityAgent.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final IdentityFiles files;
    private final Options options;
    private final Runnable renewed;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Thread thread;
    private volatile @Nullable X509Certificate current;
    private final LongAdder renewals = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private volatile Instant obtained = Instant.EPOCH;
    private volatile boolean closed;
    private boolean tokenSpent;
    /// What the token was presented with: the answer may have been lost, and only the same key gets it again.
    private @Nullable CertificateRequest joining;

    private IdentityAgent(IdentityFiles files, Options options, Runnable renewed) {
        this.files = files;
        this.options = options;
        this.renewed = renewed;
        this.thread = Thread.ofVirtual().name("identity").unstarted(this::run);
    }

    /// How an identity is obtained.
    ///
    /// @param issuer who certifies
    /// @param joinToken what proves who asks the first time
    /// @param lifetime how long a certificate is asked to be good for
    public record Options(CertificateIssuer issuer, Optional<String> joinToken, Duration lifetime) {}

    /// Starts; `renewed` is called, on the agent's thread, whenever new files are in place.
    public static IdentityAgent start(IdentityFiles files, Options options, Runnable renewed) {
        var agent = new IdentityAgent(files, options, renewed);
        agent.load();
        agent.announce();
        agent.thread.start();
        return agent;
    }

    /// Completes when there is a certificate that is good now; fails when the control plane refuses to issue one.
    public CompletableFuture<Void> ready() {
        return ready.copy();
    }

    /// When the certificate ends; empty while there is none.
    public Optional<Instant> expiry() {
        return Optional.ofNullable(current).map(leaf -> leaf.getNotAfter().toInstant());
    }

    /// The proxy's own SPIFFE URI; empty while there is none.
    public Optional<String> principal() {
        var leaf = current;
        if (leaf == null) {
            return Optional.empty();
        }
        try {
            return PeerCertificate.principal(leaf);
        } catch (GeneralSecurityException unreadable) {
            throw new IllegalStateException("the own certificate cannot be read", unreadable);
        }
    }

    /// How many certificates were obtained since the start.
    public long renewals() {
        return renewals.sum();
    }

    /// How many attempts failed since the start.
    public long failures() {
        return failures.sum();
    }

    private void run() {
        var pause = SHORTEST_PAUSE;
        while (!closed) {
            var wait = untilRenewal();
            if (!wait.isNegative() && !wait.isZero()) {
                LockSupport.parkNanos(
                        Math.min(wait.toNanos(), Duration.ofMinutes(1).toNanos()));
                continue;
            }
            if (obtain()) {
                pause = SHORTEST_PAUSE;
                LockSupport.parkNanos(LONGEST_PAUSE.toNanos());
                continue;
            }
            failures.increment();
            LockSupport.parkNanos(jittered(pause).toNanos());
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        }
    }

    /// How long the certificate may still be used before it is renewed.
    private Duration untilRenewal() {
        var leaf = current;
        if (leaf == null) {
            return Duration.ZERO;
        }
        // Counted from when it was obtained: an issuer may backdate a certificate by more than half of its life.
        var start = obtained;
        var life = Duration.between(start, leaf.getNotAfter().toInstant());
        // Spread by the serial number, so that what was issued together is not renewed together.
        int spread = Math.floorMod(leaf.getSerialNumber().hashCode(), 100);
        var due = start.plus(life.multipliedBy(450 + spread).dividedBy(1000));
        return Duration.between(Instant.now(), due);
    }

    private boolean obtain() {
        boolean renewing = hasUsable();
        var request = renewing ? CertificateRequest.generate() : joining();
        return switch (renewing ? renew(request) : join(request)) {
            case Outcome.Issued(var chain) -> store(request, chain);
            case Outcome.Unreachable(var reason) -> {
                log.atWarn().addKeyValue("reason", reason).log("no certificate yet: the control plane cannot be asked");
                yield false;
            }
            case Outcome.Refused(var reason) -> {
                log.atError().addKeyValue("reason", reason).log("the control plane refuses to issue a certificate");
                ready.completeExceptionally(
                        new IllegalStateException("the control plane refuses to issue a certificate: " + reason));
                yield false;
            }
        };
    }

    private boolean hasUsable() {
        var leaf = current;
        return leaf != null && leaf.getNotAfter().toInstant().isAfter(Instant.now());
    }

    private CertificateRequest joining() {
        var request = joining;
        if (request == null) {
            request = CertificateRequest.generate();
            joining = request;
        }
        return request;
    }

    private Outcome renew(CertificateRequest request) {
        return options.issuer().renew(request.csrPem(), options.lifetime());
    }

    private Outcome join(CertificateRequest request) {
        if (options.joinToken().isEmpty() || tokenSpent) {
            return new Outcome.Refused("there is neither a certificate nor a fresh join token");
        }
        return options.issuer()
                .join(request.csrPem(), options.lifetime(), options.joinToken().get());
    }

    private boolean store(CertificateRequest request, List<String> chain) {
        var chainPem = String.join("", chain);
        var checked = KeyMaterial.read("issued certificate", chainPem, request.privateKeyPem());
        if (checked instanceof Checked.Rejected<KeyMaterial>(var problems)) {
            log.atError().addKeyValue("problems", problems).log("the issued certificate makes no sense");
            return false;
        }
        try {
            files.write(request.privateKeyPem(), chainPem, chain.getLast());
        } catch (IOException unwritable) {
            log.atError().setCause(unwritable).log("the new identity cannot be written");
            return false;
        }
        tokenSpent = true;
        joining = null;
        renewals.increment();
        load();
        renewed.run();
        announce(); // Whoever waits for it connects at once, and must find it in use.
        return true;
    }

    private void load() {
        try {
            files.adopt();
            if (!Files.exists(files.pair())) {
                return;
            }
            var pair = Files.readString(files.pair());
            switch (KeyMaterial.read("identity", pair, pair)) {
                case Checked.Ok<KeyMaterial> good -> {
                    obtained = Files.getLastModifiedTime(files.pair()).toInstant();
                    use(good.value().leaf());
                }
                case Checked.Rejected<KeyMaterial> bad ->
                    log.atWarn().addKeyValue("problems", bad.problems()).log("the identity on disk is not usable");
            }
        } catch (IOException unreadable) {
            log.atWarn().setCause(unreadable).log("the identity on disk cannot be read");
        }
    }

    private void use(X509Certificate leaf) {
        current = leaf;
        if (leaf.getNotAfter().toInstant().isAfter(Instant.now())) {
            log.atInfo()
                    .addKeyValue("principal", principal().orElse("none"))
                    .addKeyValue("until", leaf.getNotAfter().toInstant())
                    .log("identity in use");
        }
    }

    private void announce() {
        if (hasUsable()) {
            ready.complete(null);
        }
    }

    /// Says what an identity needs that `files` and `caFile` do not give; empty when all is there.
    public static Optional<Problem> missing(IdentityFiles files, Optional<Path> caFile) {
        boolean rooted =
                Files.exists(files.root()) || caFile.filter(Files::exists).isPresent();
        return rooted
                ? Optional.empty()
                : Optional.of(Problem.error(
                        "identity",
                        "caFile",
                        "the control plane cannot be verified: there is no root certificate",
                        "give the mesh's root.pem"));
    }

    private static Duration jittered(Duration pause) {
        return pause.multipliedBy(ThreadLocalRandom.current().nextLong(75, 126)).dividedBy(100);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}

package io.heddle.proxy.tls;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.FileSecret;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.traffic.runtime.TlsSettings;
import io.heddle.traffic.runtime.TrustSource;
import io.heddle.xds.file.TextFile;
import io.heddle.xds.read.SecretFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Every certificate, key and trust bundle by where it comes from: the configuration, files, or the proxy's own
/// identity, which is the secret `default` and never leaves the machine.
///
/// A certificate in files that can no longer be read keeps its last good form, so that a renewal caught half-way
/// refuses nobody. Everything else is never kept: what is not there is neither shown nor trusted. Safe on any
/// thread.
public final class SecretStore {
    /// The secret that stands for the proxy's own identity.
    public static final String OWN = "default";
    /// The secret with the mesh's root certificates.
    public static final String MESH_ROOT = "ROOTCA";

    private static final Logger log = LoggerFactory.getLogger(SecretStore.class);

    private final Optional<IdentityFiles> identity;
    private final FileWatch watch;
    private final Map<CertificateSource, KeyMaterial> lastGood = new ConcurrentHashMap<>();
    private final List<Runnable> followers = new CopyOnWriteArrayList<>();
    private volatile RuntimeConfig config = RuntimeConfig.EMPTY;
    private volatile Coming coming = new Coming(Map.of(), Map.of());
    /// What is live until `config` is.
    private volatile RuntimeConfig leaving = RuntimeConfig.EMPTY;

    private volatile boolean identityExpected;

    /// Secrets that are not live yet.
    private record Coming(Map<String, String> trust, Map<String, CertificateSource.Inline> certificates) {
        /// Those that `live` does not have: what is live once stands in for nothing when it goes.
        Coming without(RuntimeConfig live) {
            return new Coming(
                    without(trust, live.trust().keySet()),
                    without(certificates, live.certificates().keySet()));
        }

        private static <T> Map<String, T> without(Map<String, T> all, Set<String> names) {
            var rest = new HashMap<>(all);
            rest.keySet().removeAll(names);
            return Map.copyOf(rest);
        }
    }

    /// Serves `identity` as the secret `default`, if there is one; `watch` notices changed files.
    public SecretStore(Optional<IdentityFiles> identity, FileWatch watch) {
        this.identity = identity;
        this.watch = watch;
        identity.ifPresent(files -> List.of(files.pair(), files.root()).forEach(watch::watch));
        watch.follow(this::changed);
    }

    /// Takes the secrets that came with a configuration that will be live in a moment. Those that it lacks stay until
    /// [#settle]: listeners that are still open may need them.
    public synchronized void take(RuntimeConfig next) {
        boolean same =
                config.trust().equals(next.trust()) && config.certificates().equals(next.certificates());
        leaving = config;
        config = next;
        coming = coming.without(next);
        if (!same) {
            changed();
        }
    }

    /// The secrets of `next`, which may be the next configuration, stand in for those that the live one does
    /// not have: hosts are checked with them before it is live.
    public synchronized void expect(RuntimeConfig next) {
        var expected = new Coming(next.trust(), next.certificates()).without(config);
        boolean same = coming.equals(expected);
        coming = expected;
        if (!same) {
            changed();
        }
    }

    /// The configuration taken last is live, and nothing needs what the one before had and it lacks.
    public synchronized void settle() {
        boolean less = !config.trust().keySet().containsAll(leaving.trust().keySet())
                || !config.certificates()
                        .keySet()
                        .containsAll(leaving.certificates().keySet());
        leaving = RuntimeConfig.EMPTY;
        if (less) {
            changed();
        }
    }

    private <T> Optional<T> sent(Function<RuntimeConfig, Map<String, T>> kind, Map<String, T> expected, String name) {
        return Optional.ofNullable(kind.apply(config).get(name))
                .or(() -> Optional.ofNullable(kind.apply(leaving).get(name)))
                .or(() -> Optional.ofNullable(expected.get(name)));
    }

    /// What is wrong with secrets that `next` brings and the configuration taken last has not, or has otherwise.
    List<Problem> check(RuntimeConfig next) {
        var problems = new ArrayList<Problem>();
        next.certificates().forEach((name, sent) -> {
            if (!sent.equals(config.certificates().get(name))) {
                problems.addAll(KeyMaterial.read("Secret " + name, sent.chainPem(), sent.keyPem())
                        .problems());
            }
        });
        next.trust().forEach((name, pem) -> {
            if (!pem.equals(config.trust().get(name))) {
                problems.addAll(TrustBundle.read("Secret " + name, pem).problems());
            }
        });
        return problems;
    }

    /// What is wrong with the texts and the files that `settings` name; `object` has the settings. A secret may still
    /// come, and so may the proxy's own identity.
    List<Problem> check(String object, TlsSettings settings) {
        var problems = new ArrayList<Problem>();
        for (var source : settings.certificates()) {
            if (!mayCome(source)) {
                problems.addAll(certificate(source).problems());
            }
        }
        if (!mayCome(settings.verification().trust())) {
            problems.addAll(trust(settings.verification()).problems());
        }
        return problems.stream().map(found -> found.of(object, "")).toList();
    }

    private boolean mayCome(CertificateSource source) {
        return source instanceof CertificateSource.Secret
                || identity.filter(own -> isOwn(source, own)).isPresent();
    }

    private boolean mayCome(TrustSource source) {
        return switch (source) {
            case TrustSource.Secret _ -> true;
            case TrustSource.File(var path) ->
                identity.filter(own -> isSame(own.root(), path)).isPresent();
            case TrustSource.Inline _, TrustSource.SecretFile _, TrustSource.None _ -> false;
        };
    }

    private static boolean isSame(Path one, String other) {
        return path(other)
                .map(named -> named.toAbsolutePath().normalize())
                .equals(Optional.of(one.toAbsolutePath().normalize()));
    }

    /// The path called `name`; empty where no file can have that name.
    private static Optional<Path> path(String name) {
        try {
            return Optional.of(Path.of(name));
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    /// From now on the proxy's own first certificate is on its way.
    public void expectIdentity() {
        identityExpected = true;
    }

    /// Whether `source` is the proxy's own identity, of which the first certificate is still on its way.
    boolean isAwaited(CertificateSource source) {
        return identityExpected
                && identity.filter(own -> isOwn(source, own) && !Files.exists(own.pair()))
                        .isPresent();
    }

    /// Whether `source` is the identity in `own`.
    public static boolean isOwn(CertificateSource source, IdentityFiles own) {
        return switch (source) {
            case CertificateSource.Secret(var name) -> name.equals(OWN);
            case CertificateSource.Files(var chain, var _) ->
                path(chain).filter(own::holds).isPresent();
            case CertificateSource.Inline _, CertificateSource.SecretFile _, CertificateSource.None _ -> false;
        };
    }

    /// Says that secrets may have changed; the followers look for themselves.
    public void changed() {
        followers.forEach(Runnable::run);
    }

    /// Adds someone to be called after changes, on the thread that made them.
    void follow(Runnable follower) {
        followers.add(follower);
    }

    /// The certificates and keys of `sources`, in their order, where all of them are there.
    Checked<List<KeyMaterial>> certificates(List<CertificateSource> sources) {
        var found = new ArrayList<KeyMaterial>();
        var problems = new ArrayList<Problem>();
        for (var source : sources) {
            switch (certificate(source)) {
                case Checked.Ok<KeyMaterial>(var material, var _) -> found.add(material);
                case Checked.Rejected<KeyMaterial>(var wrong) -> problems.addAll(wrong);
            }
        }
        return problems.isEmpty() ? Checked.ok(found) : new Checked.Rejected<>(problems);
    }

    /// The certificate and key of `source`.
    Checked<KeyMaterial> certificate(CertificateSource source) {
        return switch (read(source)) {
            case Checked.Ok<KeyMaterial>(var material, var _) -> {
                if (changesByFile(source)) {
                    lastGood.put(source, material);
                }
                yield Checked.ok(material);
            }
            case Checked.Rejected<KeyMaterial>(var problems) -> {
                var kept = lastGood.get(source);
                if (kept == null) {
                    yield new Checked.Rejected<>(problems);
                }
                log.atWarn().addKeyValue("problems", problems).log("keeping the last good certificate");
                yield Checked.ok(kept);
            }
        };
    }

    /// The trust bundle of `wanted`, with its revocation lists; empty for none.
    Checked<Optional<TrustBundle>> trust(PeerVerification wanted) {
        if (wanted.trust() instanceof TrustSource.None) {
            return Checked.ok(Optional.empty());
        }
        var bundle = pem(wanted.trust()).then(pem -> TrustBundle.read(object(wanted.trust()), pem));
        var lists = wanted.revocation().lists();
        var revoking = lists instanceof TrustSource.None
                ? bundle
                : bundle.then(trusted -> pem(lists).then(pem -> trusted.revoking(object(lists), pem)));
        return revoking.then(trusted -> Checked.ok(Optional.of(trusted)));
    }

    private Checked<String> pem(TrustSource source) {
        return switch (source) {
            case TrustSource.None() -> throw new IllegalArgumentException("no source has no text");
            case TrustSource.Inline(var pem) -> Checked.ok(pem);
            case TrustSource.File(var path) -> text(object(source), path);
            case TrustSource.SecretFile(var path, var name) ->
                secretFile(path, name).then(found -> trusted(object(source), found));
            case TrustSource.Secret(var name) -> secretTrust(name);
        };
    }

    /// The source's name in problems.
    private static String object(TrustSource source) {
        return switch (source) {
            case TrustSource.None() -> "none";
            case TrustSource.Inline _ -> "inline text";
            case TrustSource.File(var path) -> file(path);
            case TrustSource.SecretFile(var path, var _) -> file(path);
            case TrustSource.Secret(var name) -> "Secret " + name;
        };
    }

    private static String file(String path) {
        return "file " + TextFile.shown(path);
    }

    private boolean changesByFile(CertificateSource source) {
        return switch (source) {
            case CertificateSource.Files _, CertificateSource.SecretFile _ -> true;
            case CertificateSource.Secret(var name) -> name.equals(OWN) && identity.isPresent();
            case CertificateSource.Inline _, CertificateSource.None _ -> false;
        };
    }

    private Checked<KeyMaterial> read(CertificateSource source) {
        return switch (source) {
            case CertificateSource.None() -> throw new IllegalArgumentException("no certificate has no material");
            case CertificateSource.Inline(var chain, var key) -> KeyMaterial.read("inline certificate", chain, key);
            case CertificateSource.Files(var chain, var key) -> files(file(chain), chain, key);
            case CertificateSource.SecretFile(var path, var name) ->
                secretFile(path, name)
                        .then(found -> found.certificate() instanceof CertificateSource.None
                                ? Checked.rejected(Problem.error(
                                        file(path), "", "secret " + name + " is no certificate", "name another"))
                                : read(found.certificate()));
            case CertificateSource.Secret(var name) -> secret(name);
        };
    }

    private Checked<FileSecret> secretFile(String path, String name) {
        var object = file(path);
        return text(object, path).then(text -> SecretFile.read(object, text, name));
    }

    /// The texts of what a secret trusts, and of what that has revoked.
    private Checked<String> trusted(String object, FileSecret found) {
        if (found.trust() instanceof TrustSource.None) {
            return Checked.rejected(Problem.error(object, "", "the secret trusts nobody", "set its trusted_ca"));
        }
        var trusted = pem(found.trust());
        return found.revocations() instanceof TrustSource.None
                ? trusted
                : trusted.then(pem -> pem(found.revocations()).then(lists -> revoking(object, pem, lists)));
    }

    private static Checked<String> revoking(String object, String pem, String lists) {
        return PeerVerification.Revocation.isLists(lists)
                ? Checked.ok(pem + "\n" + lists)
                : Checked.rejected(
                        Problem.error(object, "", "its crl is no list", "give X509 CRL blocks and nothing else"));
    }

    private Checked<KeyMaterial> secret(String name) {
        if (name.equals(OWN) && identity.isPresent()) {
            var object = "Secret " + OWN;
            return TextFile.read(object, identity.get().pair()).then(pair -> KeyMaterial.read(object, pair, pair));
        }
        return sent(RuntimeConfig::certificates, coming.certificates(), name)
                .map(sent -> KeyMaterial.read("Secret " + name, sent.chainPem(), sent.keyPem()))
                .orElseGet(() -> missing("Secret " + name));
    }

    private Checked<String> secretTrust(String name) {
        var sent = sent(RuntimeConfig::trust, coming.trust(), name);
        if (sent.isPresent()) {
            return Checked.ok(sent.get());
        }
        return name.equals(MESH_ROOT) && identity.isPresent()
                ? TextFile.read("Secret " + name, identity.get().root())
                : missing("Secret " + name);
    }

    private Checked<KeyMaterial> files(String object, String chain, String key) {
        path(key).ifPresent(watch::watch); // even if the chain is not there
        return text(object, chain)
                .then(chainPem -> text(object, key).then(keyPem -> KeyMaterial.read(object, chainPem, keyPem)));
    }

    /// The text of a file that configuration names, followed from now on.
    private Checked<String> text(String object, String file) {
        path(file).ifPresent(watch::watch);
        return TextFile.read(object, file);
    }

    private static <T> Checked<T> missing(String object) {
        return Checked.rejected(
                Problem.error(object, "", "nobody has sent this secret", "have the xDS server send it"));
    }
}

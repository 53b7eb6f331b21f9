package io.heddle.cli.sidecar;

import io.heddle.cli.client.ControlPlaneClient;
import io.heddle.cli.client.Location;
import io.heddle.cli.client.Locator;
import io.heddle.cli.client.StateDirectory;
import io.heddle.cli.client.TokenRequest;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.model.name.Labels;
import io.heddle.model.name.SpiffeId;
import io.heddle.proxy.tls.IdentityFiles;
import io.heddle.xds.server.CertificateLabels;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The control plane that a sidecar belongs to: its address, its root certificate and the way to a join token.
///
/// @param location its API; empty when it was not found and all is known from an earlier run
/// @param xds host and port of its xDS and certificate service
/// @param root the file with the mesh's root certificate, when this machine has it
record ControlTarget(Optional<Location> location, String xds, Optional<Path> root) {
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);
    private static final String XDS_PORT = "15012";

    /// Finds it by the options of `heddle run`; where there is none to be found, it is the one of the earlier run that
    /// left `bootstrap`, so that a sidecar starts with its last good configuration.
    static ControlTarget find(Optional<String> control, Optional<String> xds, Optional<Path> caFile, Path bootstrap) {
        try {
            return of(Locator.ofProcess().locate(control, Optional.empty()), xds, caFile);
        } catch (Failure failure) {
            var known = failure.code() == ExitCode.UNREACHABLE ? xds.or(() -> Bootstrap.xds(bootstrap)) : xds;
            if (failure.code() != ExitCode.UNREACHABLE || known.isEmpty() || !Files.exists(bootstrap)) {
                throw failure;
            }
            return new ControlTarget(Optional.empty(), known.get(), caFile);
        }
    }

    private static ControlTarget of(Location location, Optional<String> xds, Optional<Path> caFile) {
        var state = location.stateDirectory().map(StateDirectory::new);
        var address = xds.or(() -> state.flatMap(StateDirectory::running).map(StateDirectory.Running::xds))
                .orElse(location.api().getHost() + ":" + XDS_PORT);
        if (!address.matches(".+:[0-9]{1,5}")) {
            throw new Failure(ExitCode.USAGE, "'" + address + "' is not host:port", "check --xds");
        }
        return new ControlTarget(Optional.of(location), address, caFile.or(() -> state.map(StateDirectory::root)));
    }

    /// Puts the mesh's root where the proxy looks for it.
    ///
    /// @throws Failure when there is none, neither here nor from an earlier run
    void copyRoot(Path identity) {
        var target = identity.resolve("root.pem");
        try {
            Files.createDirectories(identity);
            if (root.isPresent() && Files.exists(root.get())) {
                forgetAnotherMesh(identity);
                var fresh = identity.resolve("root.pem.new");
                Files.copy(root.get(), fresh, StandardCopyOption.REPLACE_EXISTING);
                Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE, "cannot write " + target + ": " + e.getMessage(), "check --state-dir", e);
        }
        if (!Files.exists(target)) {
            throw new Failure(
                    ExitCode.USAGE,
                    "the control plane's root certificate is not known here",
                    "copy root.pem from its state directory and name it with --ca-file");
        }
    }

    /// Drops what was kept from a mesh with another root: its certificate would be refused, and its configuration be
    /// wrong.
    private void forgetAnotherMesh(Path identity) throws IOException {
        var own = adopted(identity);
        var chain = own.chain();
        if (root.isEmpty() || chain.isEmpty() || trusted(chain, root.get())) {
            return;
        }
        own.forget();
        Files.deleteIfExists(identity.resolveSibling("last-good.xds"));
    }

    /// Whether the chain ends in one of the roots.
    private static boolean trusted(List<X509Certificate> chain, Path roots) throws IOException {
        try {
            return certificates(roots).contains(chain.getLast());
        } catch (CertificateException e) {
            return false; // half of one: it is of no use either way
        }
    }

    private static Collection<? extends Certificate> certificates(Path file) throws IOException, CertificateException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
    }

    /// A token for the first certificate: the given one, none when the identity still lasts, else one from the API.
    Optional<String> joinToken(Optional<String> given, WorkloadSpec spec, Path identity, Instant now) {
        if (given.isPresent() || lasts(identity, spec, now)) {
            return given;
        }
        if (location.flatMap(Location::token).isEmpty()) {
            throw new Failure(
                    ExitCode.USAGE,
                    "a first certificate for " + spec.name() + " needs a join token",
                    "make one with 'heddle token create -n " + spec.namespace() + " --account " + spec.account()
                            + " --service " + spec.canonicalName() + "' and give it with --join-token");
        }
        try (var client = new ControlPlaneClient(location.orElseThrow())) {
            return Optional.of(client.token(new TokenRequest(
                            spec.namespace(), spec.account(), List.of(spec.canonicalName()), Map.of(), TOKEN_LIFE))
                    .path("token")
                    .asString(""));
        }
    }

    private static IdentityFiles adopted(Path identity) throws IOException {
        var files = new IdentityFiles(identity);
        files.adopt();
        return files;
    }

    /// Whether the identity on disk is good for a while, and for this workload; one that is for another is forgotten.
    private static boolean lasts(Path identity, WorkloadSpec spec, Instant now) {
        try {
            var own = adopted(identity);
            var chain = own.chain();
            if (chain.isEmpty() || !chain.getFirst().getNotAfter().toInstant().isAfter(now.plusSeconds(60))) {
                return false;
            }
            if (entitles(chain.getFirst(), spec)) {
                return true;
            }
            own.forget();
            return false;
        } catch (IOException unreadable) {
            return false; // a new one is needed either way
        }
    }

    private static boolean entitles(X509Certificate leaf, WorkloadSpec spec) throws IOException {
        try {
            var names = Optional.ofNullable(leaf.getSubjectAlternativeNames()).orElse(List.of());
            return names.stream()
                    .flatMap(name -> SpiffeId.parse(String.valueOf(name.get(1))).stream())
                    .filter(id -> id.namespace().equals(spec.namespace())
                            && id.account().equals(spec.account()))
                    .anyMatch(id -> CertificateLabels.entitlement(leaf, id)
                            .labels()
                            .excess(new Labels(spec.labels()))
                            .isEmpty());
        } catch (CertificateException unreadable) {
            throw new IOException("the own certificate cannot be read", unreadable);
        }
    }
}

package io.heddle.control;

import io.heddle.control.ca.CertificateAuthority;
import io.heddle.xds.server.ServingCertificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The control plane's own certificate, renewed by the first handshake after half its life. Thread-safe.
final class ServingCertificates implements Supplier<ServingCertificate> {
    private static final Logger log = LoggerFactory.getLogger(ServingCertificates.class);

    private final CertificateAuthority authority;
    private final String rootNamespace;
    private final List<String> names;
    private final Clock clock;
    private Current current;

    private record Current(ServingCertificate certificate, Instant renewAt) {}

    /// @param names further DNS names and addresses in it
    ServingCertificates(CertificateAuthority authority, String rootNamespace, List<String> names, Clock clock) {
        this.authority = authority;
        this.rootNamespace = rootNamespace;
        this.names = List.copyOf(names);
        this.clock = clock;
        this.current = issue();
    }

    @Override
    public synchronized ServingCertificate get() {
        if (!clock.instant().isBefore(current.renewAt)) {
            current = issue();
            log.atInfo().addKeyValue("nextRenewal", current.renewAt).log("serving certificate renewed");
        }
        return current.certificate;
    }

    private Current issue() {
        var issued = authority.issueServing(rootNamespace, names);
        return new Current(new ServingCertificate(issued.chainPem(), issued.keyPem()), issued.renewAt());
    }
}

package io.heddle.proxy.tls;

import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import io.heddle.traffic.runtime.TlsVersions;
import io.heddle.traffic.runtime.TrustSource;
import java.util.List;

/// The TLS settings of either direction, as one kind of thing.
sealed interface TlsSettings {
    CertificateSource certificate();

    TrustSource trust();

    List<SubjectAltNameMatcher> subjectAltNames();

    TlsVersions versions();

    List<String> applicationProtocols();

    /// The name sent as SNI; empty for none.
    String serverName();

    /// For people: which side, with which certificate.
    String label();

    /// Towards clients.
    record Server(ServerTls tls) implements TlsSettings {
        @Override
        public CertificateSource certificate() {
            return tls.certificate();
        }

        @Override
        public TrustSource trust() {
            return tls.trust();
        }

        @Override
        public List<SubjectAltNameMatcher> subjectAltNames() {
            return tls.subjectAltNames();
        }

        @Override
        public TlsVersions versions() {
            return tls.versions();
        }

        @Override
        public List<String> applicationProtocols() {
            return tls.applicationProtocols();
        }

        @Override
        public String serverName() {
            return "";
        }

        @Override
        public String label() {
            return "server";
        }
    }

    /// Towards upstreams.
    record Client(ClientTls tls) implements TlsSettings {
        @Override
        public CertificateSource certificate() {
            return tls.certificate();
        }

        @Override
        public TrustSource trust() {
            return tls.trust();
        }

        @Override
        public List<SubjectAltNameMatcher> subjectAltNames() {
            return tls.subjectAltNames();
        }

        @Override
        public TlsVersions versions() {
            return tls.versions();
        }

        @Override
        public List<String> applicationProtocols() {
            return tls.applicationProtocols();
        }

        @Override
        public String serverName() {
            return tls.serverName();
        }

        @Override
        public String label() {
            return "client " + tls.serverName();
        }
    }
}

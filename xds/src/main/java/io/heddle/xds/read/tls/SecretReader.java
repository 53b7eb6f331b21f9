package io.heddle.xds.read.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.FileSecret;
import io.heddle.traffic.runtime.PeerVerification.Revocation;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads secrets. The secret `default` is the proxy's own identity and is never taken from a server.
public final class SecretReader {
    private static final Fields<Secret> SECRET = Fields.ignoringOthers(Secret.class)
            .limits("name", "`default` is the proxy's own identity and is never taken from a server")
            .limits("tls_certificate", "given in place, or by a secret in a file")
            .limits("validation_context", "given in place, or by a secret in a file: `trusted_ca`, `crl`")
            .ignores("session_ticket_keys", "generic_secret");
    private static final Fields<CertificateValidationContext> VALIDATION = Fields.refusingOthers(
                    CertificateValidationContext.class)
            .limits("trusted_ca", "given in place, or by a secret in a file")
            .limits("crl", "given in place, or by a secret in a file")
            .accepts("watched_directory", "files are read again when they change");

    /// What of secrets is read.
    static final List<Fields<?>> FIELDS = List.of(SECRET, VALIDATION);

    private static final String OWN = "default";

    private SecretReader() {}

    /// A secret in a file of this machine, which may name other files.
    public static FileSecret local(Secret message, Scope scope) {
        scope.check(message, SECRET);
        var nothing = FileSecret.NOTHING;
        return switch (message.getTypeCase()) {
            case TLS_CERTIFICATE ->
                new FileSecret(
                        TlsReader.certificate(message.getTlsCertificate(), scope.at("tls_certificate")),
                        nothing.trust(),
                        nothing.revocations());
            case VALIDATION_CONTEXT -> {
                var context = message.getValidationContext();
                var here = scope.at("validation_context");
                here.check(context, VALIDATION);
                yield new FileSecret(
                        nothing.certificate(),
                        ValidationReader.pem(context.getTrustedCa(), here.at("trusted_ca")),
                        context.hasCrl()
                                ? ValidationReader.pem(context.getCrl(), here.at("crl"))
                                : nothing.revocations());
            }
            case SESSION_TICKET_KEYS, GENERIC_SECRET, TYPE_NOT_SET -> nothing;
        };
    }

    /// Adds the secret to `trust` or `certificates`.
    public static void read(
            Secret message,
            Map<String, String> trust,
            Map<String, CertificateSource.Inline> certificates,
            Scope scope) {
        scope.check(message, SECRET);
        switch (message.getTypeCase()) {
            case VALIDATION_CONTEXT -> {
                var context = message.getValidationContext();
                var here = scope.at("validation_context");
                here.check(context, VALIDATION);
                var lists = context.hasCrl()
                        ? Values.inline(context.getCrl(), here.at("crl")).map(text -> "\n" + text)
                        : Optional.of("");
                Values.inline(context.getTrustedCa(), here.at("trusted_ca"))
                        .ifPresent(pem -> trust.put(message.getName(), pem + lists.orElse("")));
                if (context.hasCrl()
                        && lists.filter(pem -> !Revocation.isLists(pem)).isPresent()) {
                    here.at("crl").error("is no list", "give X509 CRL blocks and nothing else");
                }
            }
            case TLS_CERTIFICATE -> {
                var here = scope.at("tls_certificate");
                var source = TlsReader.certificate(message.getTlsCertificate(), here);
                if (message.getName().equals(OWN)) {
                    scope.error("is the proxy's own identity", "give the secret another name");
                } else if (source instanceof CertificateSource.Inline inline) {
                    certificates.put(message.getName(), inline);
                } else if (source instanceof CertificateSource.Files) {
                    here.error("names files", "set inline_string, or name the files where the certificate is used");
                }
            }
            case SESSION_TICKET_KEYS, GENERIC_SECRET -> {} // warned of above
            case TYPE_NOT_SET -> scope.warning("holds nothing", "remove it");
        }
    }
}

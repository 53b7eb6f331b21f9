package io.heddle.control;

import io.heddle.control.ca.SigningRefusedException;
import io.heddle.control.ca.WorkloadSigner;
import io.heddle.xds.server.CertificateSigner;
import io.heddle.xds.server.SigningRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands the certificate service's requests to the signer, and its answers back.
final class SigningDesk implements CertificateSigner {
    private static final Logger log = LoggerFactory.getLogger(SigningDesk.class);

    private final WorkloadSigner signer;

    SigningDesk(WorkloadSigner signer) {
        this.signer = signer;
    }

    @Override
    public Signed sign(SigningRequest request) {
        try {
            var issued =
                    signer.sign(request.csrPem(), request.validity(), request.certificate(), request.bearerToken());
            log.atInfo()
                    .addKeyValue("identity", issued.identity())
                    .addKeyValue("notAfter", issued.notAfter())
                    .addKeyValue("renewal", request.certificate().isPresent())
                    .log("certificate issued");
            return new Signed.Issued(issued.chain());
        } catch (SigningRefusedException e) {
            var reason = String.valueOf(e.getMessage());
            log.atWarn().addKeyValue("reason", reason).log("certificate refused");
            return e.isForbidden() ? new Signed.NotAuthenticated(reason) : new Signed.Invalid(reason);
        }
    }
}

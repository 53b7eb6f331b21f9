package io.heddle.control.ca;

import io.heddle.model.name.SpiffeId;
import java.time.Instant;
import java.util.List;

/// A certificate that the authority signed.
///
/// @param identity whose it is
/// @param chain PEM certificates, leaf first, root last
/// @param notAfter when it expires
public record IssuedCertificate(SpiffeId identity, List<String> chain, Instant notAfter) {
    public IssuedCertificate {
        chain = List.copyOf(chain);
    }
}

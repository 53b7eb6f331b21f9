/// The mesh's certificate authority: SPIFFE identities for workloads, and the join tokens that earn the first one.
///
/// What lives here: keys, certificates, tokens. What must not: the network (the certificate service asks
/// [io.heddle.control.ca.WorkloadSigner]) and policies. Start reading at
/// [io.heddle.control.ca.CertificateAuthority].
@NullMarked
package io.heddle.control.ca;

import org.jspecify.annotations.NullMarked;

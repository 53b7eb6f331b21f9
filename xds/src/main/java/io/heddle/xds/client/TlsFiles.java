package io.heddle.xds.client;

import java.nio.file.Path;

/// A proxy's identity on disk; the files are read again for each connection.
///
/// @param chain the certificate chain in PEM, leaf first
/// @param key the private key, PKCS#8 in PEM
/// @param root the mesh root in PEM, against which the server is verified
public record TlsFiles(Path chain, Path key, Path root) {}

package io.heddle.proxy.tls;

/// The names of cipher suites as OpenSSL has them, of those of the Java platform and IANA.
final class CipherNames {
    private static final String WITH = "_WITH_";

    private CipherNames() {}

    /// For example `ECDHE-RSA-AES128-GCM-SHA256` for `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`. Suites of TLS 1.3 are
    /// called alike by all.
    static String openSsl(String suite) {
        int with = suite.indexOf(WITH);
        if (with < 0) {
            return suite;
        }
        var exchange = suite.substring(suite.indexOf('_') + 1, with).replace('_', '-');
        var cipher = suite.substring(with + WITH.length())
                .replace("AES_", "AES")
                .replace("_CBC_", "_")
                .replace("POLY1305_SHA256", "POLY1305")
                .replace('_', '-');
        return exchange.equals("RSA") ? cipher : exchange + "-" + cipher;
    }
}

package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientTlsTest {
    /// A key that guards nothing.
    private static final String KEY = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIJ3Urw8eCReIJh0Y
            TOM0eZUmRNirqgK18Rk/QQMJOhqhRANCAAQ0HWv7fCihMpCN06K3Y/mxA/Dv8JqQ
            sxo0ZoS58S3dNj8MvwhKHnvRsbUIWlGcc2KyEAnyKt7VYXaRNGHhRPuB
            -----END PRIVATE KEY-----
            """;

    private static final String CERTIFICATE = """
            -----BEGIN CERTIFICATE-----
            MIIBdjCCARugAwIBAgIUR3gQvSappMAKPushgXR4j5UfviswCgYIKoZIzj0EAwIw
            DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjcxNTMxNDRaGA8yMTI2MTEwMzE1MzE0
            NFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDQd
            a/t8KKEykI3Tordj+bED8O/wmpCzGjRmhLnxLd02Pwy/CEoee9GxtQhaUZxzYrIQ
            CfIq3tVhdpE0YeFE+4GjUzBRMB0GA1UdDgQWBBTBZi7GVf7X1pz5ayr19kYpe8E8
            tjAfBgNVHSMEGDAWgBTBZi7GVf7X1pz5ayr19kYpe8E8tjAPBgNVHRMBAf8EBTAD
            AQH/MAoGCCqGSM49BAMCA0kAMEYCIQCrF2xNBK+jb95jPZE5mhdpOIFhkJcxbgvy
            acdrLti25wIhAPTzq/Mt2whkOwsBv3a/u4uq8rSmKk+NciurEnkq6B0L
            -----END CERTIFICATE-----
            """;

    @TempDir
    private Path place;

    @Test
    void key_and_chain_may_stand_in_one_file_in_either_order() throws IOException {
        var root = write("root.pem", CERTIFICATE);
        for (var text : new String[] {KEY + CERTIFICATE, CERTIFICATE + KEY}) {
            var file = write("identity.pem", text);
            assertThat(ClientTls.context(root, Optional.of(new TlsFiles(file, file, root)))
                            .isClient())
                    .isTrue();
        }
    }

    @Test
    void a_file_without_its_block_is_refused_by_name() throws IOException {
        var root = write("root.pem", CERTIFICATE);
        var key = write("key.pem", KEY);
        assertThatThrownBy(() -> ClientTls.context(root, Optional.of(new TlsFiles(key, key, root))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("key.pem holds no CERTIFICATE block");
        assertThatThrownBy(() -> ClientTls.context(root, Optional.of(new TlsFiles(root, root, root))))
                .hasMessageContaining("root.pem holds no PRIVATE KEY block");
        var torn = write("torn.pem", CERTIFICATE.substring(0, 200));
        assertThatThrownBy(() -> ClientTls.context(torn, Optional.empty())).hasMessageContaining("has no end");
    }

    @Test
    void a_key_of_another_kind_is_refused() throws IOException {
        var root = write("root.pem", CERTIFICATE);
        var key = write("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> ClientTls.context(root, Optional.of(new TlsFiles(root, key, root))))
                .hasMessageContaining("no key of EC or RSA");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(place.resolve(name), text);
    }
}

package io.heddle.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.model.problem.Checked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityFilesTest {
    private static final String CATALOG = "spiffe://cluster.local/ns/shop/sa/catalog";

    @TempDir
    Path state;

    private final TestAuthority mesh = TestAuthority.create("mesh");

    private TestAuthority.Issued issued() {
        return mesh.issue(TestAuthority.uri(CATALOG));
    }

    private static void assertUsable(IdentityFiles files) throws IOException {
        var pair = Files.readString(files.pair());
        assertThat(KeyMaterial.read("identity", pair, pair)).isInstanceOf(Checked.Ok.class);
    }

    @Test
    void key_and_chain_change_in_one_step_whatever_interrupts_it() throws Exception {
        var files = IdentityFiles.in(state);
        var first = issued();
        files.write(first.key(), first.chain(), mesh.rootPem());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.pair())))
                .isEqualTo("rw-------");
        // A folder where the fresh file would be stands for any interruption before the switch.
        Files.createDirectories(files.folder().resolve("identity.pem.new/in-the-way"));
        var second = issued();
        assertThatThrownBy(() -> files.write(second.key(), second.chain(), mesh.rootPem()))
                .isInstanceOf(IOException.class);
        assertUsable(files);
        assertThat(Files.readString(files.pair())).isEqualTo(first.key() + first.chain());
    }

    @Test
    void joins_the_two_files_of_an_earlier_version() throws Exception {
        var files = IdentityFiles.in(state);
        Files.createDirectories(files.folder());
        var old = issued();
        Files.writeString(files.folder().resolve("key.pem"), old.key());
        Files.writeString(files.folder().resolve("cert-chain.pem"), old.chain());
        files.adopt();
        assertUsable(files);
        assertThat(files.chain()).hasSize(Pem.certificates(old.chain()).size());
        assertThat(files.folder().resolve("key.pem")).doesNotExist();
        assertThat(files.holds(files.folder().resolve("cert-chain.pem"))).isTrue();
    }

    @Test
    void leaves_two_files_alone_that_do_not_fit_each_other() throws Exception {
        var files = IdentityFiles.in(state);
        Files.createDirectories(files.folder());
        Files.writeString(files.folder().resolve("key.pem"), issued().key());
        Files.writeString(files.folder().resolve("cert-chain.pem"), issued().chain());
        files.adopt();
        assertThat(files.pair()).doesNotExist();
        assertThat(files.chain()).isEmpty();
    }
}

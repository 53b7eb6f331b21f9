package io.heddle.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.traffic.runtime.TlsParameters;
import io.heddle.traffic.runtime.TlsSessions;
import io.heddle.traffic.runtime.TrustSource;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretStoreTest {
    private static final CertificateSource WEB = new CertificateSource.Secret("web");

    private final TestAuthority mesh = TestAuthority.create("mesh");
    private final SecretStore secrets = new SecretStore(Optional.empty(), FileWatch.still());

    private static RuntimeConfig having(Map<String, CertificateSource.Inline> certificates) {
        return new RuntimeConfig(Map.of(), Map.of(), Map.of(), Map.of(), certificates);
    }

    private boolean has() {
        return secrets.certificate(WEB) instanceof Checked.Ok<?>;
    }

    @Test
    void a_secret_that_comes_stands_in_before_it_is_live_and_not_after_it_has_gone() {
        var pair = mesh.issue(TestAuthority.uri("spiffe://mesh.test/web"));
        var config = having(Map.of("web", new CertificateSource.Inline(pair.chain(), pair.key())));
        assertThat(has()).isFalse();
        secrets.expect(config);
        assertThat(has()).isTrue();
        secrets.take(config);
        assertThat(has()).isTrue();
        secrets.take(having(Map.of()));
        assertThat(has()).as("listeners that close may still need it").isTrue();
        secrets.settle();
        assertThat(has()).as("it is shown no more").isFalse();
        secrets.expect(config);
        assertThat(has()).isTrue();
        secrets.expect(having(Map.of()));
        assertThat(has()).as("it comes no more").isFalse();
    }

    private String refused(String file) {
        var sources = List.of(
                secrets.trust(PeerVerification.of(new TrustSource.File(file), List.of())),
                secrets.trust(PeerVerification.of(new TrustSource.SecretFile(file, "web"), List.of())),
                secrets.certificate(new CertificateSource.Files(file, file)),
                secrets.certificate(new CertificateSource.SecretFile(file, "web")));
        var reasons =
                sources.stream().map(source -> source.problems().toString()).collect(Collectors.toSet());
        assertThat(sources).allMatch(source -> source instanceof Checked.Rejected<?>);
        assertThat(reasons).as("all are read alike").hasSize(1);
        return reasons.iterator().next();
    }

    @Test
    void a_file_that_no_memory_could_hold_is_not_read(@TempDir Path folder) throws Exception {
        var file = folder.resolve("large.pem");
        try (var large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(1L << 30);
        }
        assertThat(refused(file.toString())).contains(file + " has more than 16777216 bytes");
    }

    @Test
    void a_pipe_is_not_waited_for(@TempDir Path folder) throws Exception {
        var pipe = folder.resolve("pipe.pem");
        var made = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start();
        assertThat(made.waitFor()).isZero();
        assertThat(CompletableFuture.supplyAsync(() -> refused(pipe.toString())))
                .succeedsWithin(Duration.ofSeconds(20))
                .asString()
                .contains(pipe + ": that is no file");
    }

    @Test
    void directories_devices_and_names_of_no_file_are_refused(@TempDir Path folder) {
        assertThat(refused(folder.toString())).contains(folder + ": that is no file");
        assertThat(refused("/dev/zero")).contains("/dev/zero: that is no file");
        assertThat(refused("/etc/\0.pem")).contains("is no path: /etc/\\0.pem").doesNotContain("\0");
        assertThat(refused(folder.resolve("absent").toString())).contains("absent: there is no such file");
    }

    /// The checks that a configuration passes before it is live ask for the same files.
    @Test
    void what_cannot_be_read_refuses_the_settings_that_name_it(@TempDir Path folder) {
        var own = new SecretStore(Optional.of(IdentityFiles.in(folder)), FileWatch.still());
        for (var file : List.of("/etc/\0.pem", folder.toString())) {
            var settings = new ClientTls(
                    new CertificateSource.Files(file, file),
                    PeerVerification.of(new TrustSource.File(file), List.of()),
                    "",
                    TlsParameters.DEFAULT,
                    List.of(),
                    TlsSessions.DEFAULT);
            assertThat(own.check("Cluster web", settings)).hasSize(2).allMatch(Problem::isError);
        }
    }
}

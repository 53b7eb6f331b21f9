package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The layers of the runtime, in a proxy as it is run.
final class RuntimeTest {
    @TempDir
    private Path state;

    private Path current = Path.of("");
    private FilteredProxy proxy;

    @BeforeEach
    void start() throws Exception {
        current = state.resolve("current");
        folder("one", "proxy/answers/compressed", "false # not yet\n");
        link("one");
        proxy = new FilteredProxy("runtime.yaml", state, "@DISK@", current.toString());
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private void folder(String version, String... files) throws IOException {
        for (int i = 0; i < files.length; i += 2) {
            var file = state.resolve(version).resolve(files[i]);
            Files.createDirectories(file.getParent());
            Files.writeString(file, files[i + 1]);
        }
    }

    /// Moves a link to `version` over the one that there was.
    private void link(String version) throws IOException {
        var next = Files.createSymbolicLink(state.resolve("next"), Path.of(version));
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private String modify(String query) throws IOException {
        return proxy.send("admin", "POST /runtime_modify" + query, "host: 127.0.0.1", "content-length: 0");
    }

    private String shown() throws IOException {
        var answer = proxy.send("admin", "GET /runtime", "host: 127.0.0.1");
        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\ncontent-type: application/json\n");
        return answer.substring(answer.indexOf("\n\n") + 2).replaceAll("\\s+", " ");
    }

    private String status(String path) throws IOException {
        return proxy.ask("GET " + path, "host: a").split(" ", 3)[1];
    }

    private String stat(String name) throws IOException {
        var stats = proxy.send("admin", "GET /stats", "host: 127.0.0.1");
        return Arrays.stream(stats.split("\n", -1))
                .filter(line -> line.startsWith("runtime." + name + ": "))
                .findFirst()
                .orElse("none");
    }

    @Test
    void a_share_of_a_route_changes_without_a_new_configuration() throws Exception {
        assertThat(status("/route")).isEqualTo("200");
        assertThat(modify("?routes.new=100")).startsWith("HTTP/1.1 200 ").endsWith("\n\nOK\n");
        assertThat(status("/route")).isEqualTo("299");
        assertThat(modify("?routes.new=%7Bnumerator:%200%7D")).startsWith("HTTP/1.1 200 ");
        assertThat(status("/route")).isEqualTo("200");
        assertThat(modify("?routes.new=1000000")).startsWith("HTTP/1.1 200 ");
        assertThat(status("/route")).isEqualTo("299");
        assertThat(modify("?routes.new=")).startsWith("HTTP/1.1 200 ");
        assertThat(status("/route")).isEqualTo("200");
    }

    @Test
    void weights_shift_traffic() throws Exception {
        assertThat(modify("?weights.nobody=0")).startsWith("HTTP/1.1 200 ");
        assertThat(status("/weights")).isEqualTo("200");
        assertThat(modify("?weights.nobody=5&weights.app=0")).startsWith("HTTP/1.1 200 ");
        assertThat(status("/weights")).isEqualTo("503");
    }

    @Test
    void faults_flags_and_logs_go_by_their_keys() throws Exception {
        assertThat(proxy.ask("GET /text", "host: a", "accept-encoding: gzip")).doesNotContain("content-encoding");
        assertThat(modify("?answers.compressed=true&logs.share=100")).startsWith("HTTP/1.1 200 ");
        assertThat(proxy.ask("GET /text", "host: a", "accept-encoding: gzip")).contains("\ncontent-encoding: gzip\n");
        assertThat(modify("?faults.aborts=100&fault.http.abort.http_status=477&logs.share=0"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(status("/other")).isEqualTo("477");
        assertThat(modify("?faults.aborts=100&fault.http.abort.http_status=42")).startsWith("HTTP/1.1 200 ");
        assertThat(status("/other")).isEqualTo("418");
        await().until(() -> Files.readString(state.resolve("requests.log")).equals("/text\n"));
    }

    @Test
    void a_layer_on_disk_follows_its_link() throws Exception {
        assertThat(shown()).contains("\"answers.compressed\": { \"layer_values\": [ \"\", \"false # not yet\", \"\" ]");
        folder(
                "two",
                "proxy/answers/compressed",
                "# now\ntrue\n\n",
                "proxy/routes/new",
                "50",
                "proxy-of/shop/routes/new",
                "100");
        link("two");
        await().until(() -> status("/route").equals("299"));
        assertThat(shown())
                .contains(
                        "\"answers.compressed\": { \"layer_values\": [ \"\", \"true\", \"\", \"\" ], \"final_value\": \"true\" }")
                .contains(
                        "\"routes.new\": { \"layer_values\": [ \"0\", \"50\", \"100\", \"\" ], \"final_value\": \"100\" }");
        assertThat(stat("override_dir_exists")).isEqualTo("runtime.override_dir_exists: 1");
        assertThat(stat("load_success")).isEqualTo("runtime.load_success: 2");
        assertThat(modify("?routes.new=0")).startsWith("HTTP/1.1 200 ");
        assertThat(status("/route")).isEqualTo("200");
    }

    @Test
    void what_the_layers_say_is_shown_as_envoy_shows_it() throws Exception {
        assertThat(modify("?weights.app=2.5&text=a%20word&gone=1")).startsWith("HTTP/1.1 200 ");
        assertThat(modify("?gone=")).startsWith("HTTP/1.1 200 ");
        assertThat(shown())
                .isEqualTo("{ \"entries\": { "
                        + "\"answers.compressed\": { \"layer_values\": [ \"\", \"false # not yet\", \"\" ], "
                        + "\"final_value\": \"false # not yet\" }, "
                        + "\"routes.new\": { \"layer_values\": [ \"0\", \"\", \"\" ], \"final_value\": \"0\" }, "
                        + "\"routes.old\": { \"layer_values\": [ \"{numerator: 3, denominator: TEN_THOUSAND}\", \"\", \"\" ], "
                        + "\"final_value\": \"{numerator: 3, denominator: TEN_THOUSAND}\" }, "
                        + "\"text\": { \"layer_values\": [ \"\", \"\", \"a word\" ], \"final_value\": \"a word\" }, "
                        + "\"weights.app\": { \"layer_values\": [ \"1\", \"\", \"2.5\" ], \"final_value\": \"2.5\" } }, "
                        + "\"layers\": [ \"static\", \"disk\", \"admin\" ] } ");
        assertThat(stat("num_keys")).isEqualTo("runtime.num_keys: 5");
        assertThat(stat("num_layers")).isEqualTo("runtime.num_layers: 3");
        assertThat(stat("admin_overrides_active")).isEqualTo("runtime.admin_overrides_active: 1");
        assertThat(stat("load_error")).isEqualTo("runtime.load_error: 0");
    }

    @Test
    void what_changes_nothing_is_told() throws Exception {
        assertThat(modify("")).startsWith("HTTP/1.1 400 ").contains("usage: /runtime_modify?key1=value1");
        assertThat(modify("?" + "k".repeat(2000) + "=1")).startsWith("HTTP/1.1 400 ");
        assertThat(proxy.send("admin", "GET /runtime_modify?a=1", "host: 127.0.0.1"))
                .startsWith("HTTP/1.1 405 ");
        assertThat(stat("admin_overrides_active")).isEqualTo("runtime.admin_overrides_active: 0");
    }
}

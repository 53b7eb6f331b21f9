package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Dynamic metadata from the filter that sets it to heads, access rules, rate limits, bodies and logs.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MetadataTest {
    private FilteredProxy proxy;
    private Path log;

    @BeforeAll
    void start(@TempDir Path state) throws Exception {
        log = state.resolve("requests.log");
        proxy = new FilteredProxy("metadata.yaml", state);
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    @Test
    void heads_show_what_was_set() throws Exception {
        var seen = new String[] {
            "\nx-user: ann\n",
            "\nx-all: {\"tier\":2,\"user\":{\"name\":\"ann\",\"roles\":[\"a\",\"b\"]}}\n",
            "\nx-cut: an\n"
        };
        assertThat(proxy.ask("GET /", "host: a"))
                .startsWith("HTTP/1.1 200 ")
                .contains(seen)
                .doesNotContain("x-none");
        assertThat(proxy.askHttp2("/")).startsWith("HTTP/2 200").contains(seen);
        assertThat(proxy.metrics())
                .contains("envoy_http_set_metadata_overwrite_denied{envoy_http_conn_manager_prefix=\"in\"}");
    }

    @Test
    void access_rules_ask_for_it() throws Exception {
        assertThat(proxy.ask("GET /banned", "host: a")).startsWith("HTTP/1.1 403 ");
        assertThat(proxy.askHttp2("/banned")).startsWith("HTTP/2 403");
    }

    @Test
    void rate_limits_count_by_it() throws IOException {
        assertThat(proxy.ask("GET /bob", "host: a")).startsWith("HTTP/1.1 200 ");
        assertThat(proxy.ask("GET /bob", "host: a")).startsWith("HTTP/1.1 429 ");
        assertThat(proxy.ask("GET /", "host: a")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void answers_made_here_and_logs_tell_it() throws IOException {
        assertThat(proxy.ask("GET /none", "host: a"))
                .startsWith("HTTP/1.1 404 ")
                .endsWith("{\"none\":null,\"user\":{\"name\":\"ann\",\"roles\":[\"a\",\"b\"]}}\n");
        await().until(() -> Files.exists(log) && Files.readString(log).contains("ann -\n"));
    }
}

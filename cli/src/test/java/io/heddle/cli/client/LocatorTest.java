package io.heddle.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocatorTest {
    @TempDir
    private Path place;

    @Test
    void an_option_wins_over_the_variable_and_the_variable_over_what_is_near() throws IOException {
        state(place.resolve(".heddle/control"), 1, ProcessHandle.current().pid());
        var locator = locator(Map.of("HEDDLE_SERVER", "http://two:2/"));
        assertThat(locator.locate(Optional.of("http://one:1"), Optional.empty()).api())
                .hasToString("http://one:1");
        assertThat(locator.locate(Optional.empty(), Optional.empty()).api()).hasToString("http://two:2");
        var near = locator(Map.of()).locate(Optional.empty(), Optional.empty());
        assertThat(near.api()).hasToString("http://127.0.0.1:1");
        assertThat(near.token()).contains("secret-1");
    }

    @Test
    void a_running_demo_is_found_and_an_ended_one_is_not() throws IOException {
        state(place.resolve("demos/ended/control"), 1, 4_000_000);
        state(place.resolve("demos/running/control"), 2, ProcessHandle.current().pid());
        assertThat(locator(Map.of()).locate(Optional.empty(), Optional.empty()).api())
                .hasToString("http://127.0.0.1:2");
    }

    @Test
    void a_demo_without_its_control_plane_is_still_the_one_that_is_meant() throws IOException {
        state(place.resolve("demos/headless/control"), 3, 4_000_000);
        DemoOwner.ofProcess().write(place.resolve("demos/headless"));
        assertThat(locator(Map.of()).locate(Optional.empty(), Optional.empty()).api())
                .hasToString("http://127.0.0.1:3");
        assertThat(locator(Map.of()).endedDemos()).isEmpty();
    }

    @Test
    void only_demos_whose_processes_are_all_gone_have_ended() throws IOException {
        state(place.resolve("demos/ended/control"), 1, 4_000_000);
        state(place.resolve("demos/killed/control"), 1, ProcessHandle.current().pid());
        new DemoOwner(4_000_000, 1).write(place.resolve("demos/killed"));
        Files.createDirectories(place.resolve("demos/starting"));
        // The number of a process that lives, but of another one: the demo's own started at another time.
        Files.createDirectories(place.resolve("demos/reused"));
        new DemoOwner(ProcessHandle.current().pid(), 1).write(place.resolve("demos/reused"));
        assertThat(locator(Map.of()).endedDemos())
                .containsExactlyInAnyOrder(place.resolve("demos/ended"), place.resolve("demos/reused"));
    }

    @Test
    void an_address_may_leave_the_scheme_out_but_must_be_one() throws IOException {
        var locator = locator(Map.of());
        assertThat(locator.locate(Optional.of("localhost:8080"), Optional.empty())
                        .api())
                .hasToString("http://localhost:8080");
        assertThat(locator.locate(Optional.of("[::1]:8080"), Optional.empty()).api())
                .hasToString("http://[::1]:8080");
        for (var wrong : List.of("localhost:99999", "http://", "http://a b")) {
            assertThatThrownBy(() -> locator.locate(Optional.of(wrong), Optional.empty()))
                    .as(wrong)
                    .hasMessageContaining("is not an address");
        }
    }

    @Test
    void of_two_running_demos_none_is_meant_silently() throws IOException {
        state(place.resolve("demos/one/control"), 1, ProcessHandle.current().pid());
        state(place.resolve("demos/two/control"), 2, ProcessHandle.current().pid());
        assertThatThrownBy(() -> locator(Map.of()).locate(Optional.empty(), Optional.empty()))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ExitCode.USAGE);
                    assertThat(failure.remedy())
                            .contains("--server " + place.resolve("demos/one/control"))
                            .contains("--server " + place.resolve("demos/two/control"));
                });
    }

    @Test
    void a_token_is_taken_from_the_file_then_the_variable_then_the_state() throws IOException {
        state(place.resolve("state"), 1, 1);
        var file = Files.writeString(place.resolve("token"), "from-file\n");
        var locator = locator(Map.of("HEDDLE_TOKEN", "from-variable"));
        assertThat(locator.locate(Optional.of("state"), Optional.of(file)).token())
                .contains("from-file");
        assertThat(locator.locate(Optional.of("state"), Optional.empty()).token())
                .contains("from-variable");
        assertThat(locator(Map.of())
                        .locate(Optional.of("state"), Optional.empty())
                        .token())
                .contains("secret-1");
    }

    @Test
    void nothing_found_is_unreachable_and_says_how_to_start_one() {
        assertThatThrownBy(() -> locator(Map.of()).locate(Optional.empty(), Optional.empty()))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ExitCode.UNREACHABLE);
                    assertThat(failure.remedy()).contains("heddle demo");
                });
    }

    private Locator locator(Map<String, String> environment) {
        return new Locator(environment, place, place.resolve("demos"));
    }

    private static void state(Path directory, int port, long pid) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("control.json"),
                "{\"api\":\"http://127.0.0.1:" + port + "\",\"xds\":\"127.0.0.1:9\",\"pid\":" + pid + "}");
        Files.writeString(directory.resolve("admin.token"), "secret-" + port);
    }
}

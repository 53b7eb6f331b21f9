package io.heddle.control.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.dialect.limit.LimitsFileReader;
import io.heddle.model.limit.LimitDomain;
import io.heddle.model.limit.LimitEntry;
import io.heddle.model.limit.LimitRate;
import io.heddle.model.limit.LimitUnit;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.server.RateLimiter;
import io.heddle.xds.server.RateLimiter.Applied;
import io.heddle.xds.server.RateLimiter.Counted;
import io.heddle.xds.server.RateLimiter.Limited;
import io.heddle.xds.server.RateLimiter.Outcome;
import io.heddle.xds.server.RateLimiter.Uncounted;
import io.heddle.xds.server.RateLimiter.Unlimited;
import io.heddle.xds.server.RateLimiter.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Limits files, and what they let pass.
class SharedLimitsTest {
    private static final String FILE = """
            domain: shop
            descriptors:
            - key: user
              rate_limit: { unit: minute, requests_per_unit: 2 }
            - key: user
              value: root
              rate_limit: { unlimited: true, name: root, replaces: [ { name: all } ] }
            - key: path
              value: /api/*
              rate_limit: { unit: second, requests_per_unit: 1 }
            - key: all
              rate_limit: { unit: hour, requests_per_unit: 1, name: all }
            - key: tried
              shadow_mode: true
              rate_limit: { unit: day, requests_per_unit: 0 }
            - key: tenant
              value: 7
              descriptors:
              - key: method
                value: POST
                rate_limit: { unit: week, requests_per_unit: 1 }
            """;

    /// A clock that the test sets, 20 seconds after the beginning of a minute.
    private static final class Time extends Clock {
        private Instant now = Instant.ofEpochSecond(1_000_000_000L / 60 * 60 + 20);

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private final Time time = new Time();
    private final SharedLimits limits = new SharedLimits(time);

    private static LimitDomain domain(String text) {
        return switch (LimitsFileReader.read("limits.yaml", text)) {
            case Checked.Ok<LimitDomain>(var domain, var _) -> domain;
            case Checked.Rejected<LimitDomain>(var problems) -> throw new AssertionError(problems);
        };
    }

    private static Counted counted(String... entries) {
        var parts = new ArrayList<LimitEntry>();
        for (var entry : entries) {
            int split = entry.indexOf('=');
            parts.add(new LimitEntry(entry.substring(0, split), entry.substring(split + 1)));
        }
        return new Counted(parts, 1, Optional.empty());
    }

    private List<Verdict> judged(Counted... counted) {
        return switch (limits.judge("shop", List.of(counted))) {
            case Outcome.Judged(var verdicts) -> verdicts;
            case Outcome.Full(var reason) -> throw new AssertionError(reason);
        };
    }

    private static Limited limited(Verdict verdict) {
        return (Limited) verdict;
    }

    private boolean passes(Counted... counted) {
        return judged(counted).stream().noneMatch(RateLimiter.Verdict::over);
    }

    @Test
    void each_value_has_a_window_of_its_own() {
        limits.take(List.of(domain(FILE)));
        var rate = new LimitRate(2, LimitUnit.MINUTE);
        assertThat(judged(counted("user=ann")))
                .containsExactly(new Limited(false, false, new Applied("", rate, 1, 40), Map.of()));
        assertThat(passes(counted("user=ann"))).isTrue();
        assertThat(passes(counted("user=ann"))).isFalse();
        assertThat(passes(counted("user=bob"))).isTrue();
        time.now = time.now.plusSeconds(39);
        assertThat(passes(counted("user=ann"))).as("the same window").isFalse();
        time.now = time.now.plusSeconds(1);
        assertThat(passes(counted("user=ann"))).as("the next one").isTrue();
    }

    @Test
    void rules_are_found_by_value_then_wildcard_then_key_and_as_deep_as_the_descriptor() {
        limits.take(List.of(domain(FILE)));
        assertThat(passes(counted("path=/api/a"))).isTrue();
        assertThat(passes(counted("path=/api/a"))).isFalse();
        assertThat(passes(counted("path=/api/b"))).isTrue();
        assertThat(judged(counted("path=/other"))).containsExactly(new Uncounted());
        assertThat(judged(counted("tenant=7"))).containsExactly(new Uncounted());
        assertThat(passes(counted("tenant=7", "method=POST"))).isTrue();
        assertThat(passes(counted("tenant=7", "method=POST"))).isFalse();
        assertThat(judged(counted("tenant=7", "method=POST", "user=ann"))).containsExactly(new Uncounted());
        assertThat(judged(counted("user=ann", "path=/api/c"))).containsExactly(new Uncounted());
    }

    @Test
    void wildcards_stand_anywhere_and_the_first_that_matches_counts() {
        limits.take(List.of(domain("""
                domain: shop
                descriptors:
                - key: path
                  value: /api/*/action
                  rate_limit: { unit: hour, requests_per_unit: 1, name: action }
                - key: path
                  value: /api/*
                  rate_limit: { unit: hour, requests_per_unit: 1, name: api }
                - key: path
                  value: /api/fixed/action
                  rate_limit: { unit: hour, requests_per_unit: 1, name: fixed }
                """)));
        assertThat(name("/api/7/action")).isEqualTo("action");
        assertThat(name("/api//action")).isEqualTo("action");
        assertThat(name("/api/action")).as("the slashes are two").isEqualTo("api");
        assertThat(name("/api/7/other")).isEqualTo("api");
        assertThat(name("/api/fixed/action")).isEqualTo("fixed");
        assertThat(passes(counted("path=/api/7/action"))).as("counted above").isFalse();
    }

    private String name(String path) {
        return limited(judged(counted("path=" + path)).getFirst()).limit().name();
    }

    @Test
    void values_share_one_count_where_their_rule_says_so() {
        limits.take(List.of(domain("""
                domain: shop
                descriptors:
                - key: files
                  value: files/*
                  share_threshold: true
                  rate_limit: { unit: hour, requests_per_unit: 2 }
                - key: own
                  value: files/*
                  share_threshold: false
                  rate_limit: { unit: hour, requests_per_unit: 1 }
                - key: tenant
                  value: t*prod
                  share_threshold: true
                  descriptors:
                  - key: user
                    rate_limit: { unit: hour, requests_per_unit: 1 }
                """)));
        assertThat(passes(counted("files=files/a"))).isTrue();
        assertThat(passes(counted("files=files/b"))).isTrue();
        assertThat(passes(counted("files=files/c"))).isFalse();
        assertThat(passes(counted("own=files/a"))).isTrue();
        assertThat(passes(counted("own=files/b"))).isTrue();
        assertThat(passes(counted("tenant=t1prod", "user=ann"))).isTrue();
        assertThat(passes(counted("tenant=t2prod", "user=ann")))
                .as("shared above")
                .isFalse();
        assertThat(passes(counted("tenant=t2prod", "user=bob"))).isTrue();
    }

    @Test
    void limits_say_whether_they_are_quotas_and_what_answers_tell() {
        limits.take(List.of(domain("""
                domain: shop
                descriptors:
                - key: service
                  value: one
                  quota_mode: true
                  rate_limit: { unit: minute, requests_per_unit: 1 }
                  metadata: { quota: { name: one, value: 7, of: [ true, 1.5 ] } }
                """)));
        var verdict = limited(judged(counted("service=one")).getFirst());
        assertThat(verdict.quota()).isTrue();
        assertThat(verdict.metadata())
                .isEqualTo(Map.of("quota", Map.of("name", "one", "value", 7L, "of", List.of(true, 1.5))));
    }

    @Test
    void scalars_are_texts_and_limits_are_as_large_as_the_protocol_has_them() {
        limits.take(List.of(domain("""
                domain: 7
                descriptors:
                - key: debug
                  value: true
                  rate_limit: { unit: hour, requests_per_unit: 0 }
                - key: 404
                  value: 007
                  rate_limit: { unit: hour, requests_per_unit: 4294967295, name: 1.50 }
                - key: free
                  rate_limit: { unlimited: true, requests_per_unit: 7 }
                """)));
        var judged = (Outcome.Judged) limits.judge("7", List.of(counted("debug=true"), counted("404=007")));
        assertThat(judged.verdicts().getFirst().over()).isTrue();
        assertThat(limited(judged.verdicts().getLast()).limit())
                .isEqualTo(new Applied("1.50", new LimitRate(4_294_967_295L, LimitUnit.HOUR), 4_294_967_294L, 820));
    }

    @Test
    void limits_are_replaced_shadowed_and_overridden() {
        limits.take(List.of(domain(FILE)));
        assertThat(passes(counted("all="))).isTrue();
        assertThat(passes(counted("all="))).isFalse();
        assertThat(passes(counted("user=root"), counted("all="))).as("replaced").isTrue();
        assertThat(passes(counted("tried=x"))).as("a shadow").isTrue();
        var own = new Counted(List.of(new LimitEntry("x", "y")), 3, Optional.of(new LimitRate(5, LimitUnit.DAY)));
        assertThat(passes(own)).isTrue();
        assertThat(passes(own)).as("six of five").isFalse();
        assertThat(limits.figures().get(new SharedLimits.Rule("shop", "tried")))
                .isEqualTo(new SharedLimits.Figures(1, 0, 0, 1, 1));
    }

    @Test
    void a_rule_without_a_limit_is_not_the_same_as_no_rule() {
        limits.take(List.of(domain(FILE)));
        assertThat(judged(counted("user=root"), counted("all="), counted("nobody=")))
                .as("unlimited, replaced, without a rule")
                .containsExactly(new Unlimited(), new Uncounted(), new Uncounted());
        assertThat(limits.judge("other", List.of(counted("user=root"))))
                .isEqualTo(new Outcome.Judged(List.of(new Uncounted())));
        assertThat(limits.figures()).as("none of them is counted").isEmpty();
    }

    @Test
    void hits_of_one_request_are_told_apart_by_where_the_limit_stands() {
        limits.take(List.of(domain("""
                domain: shop
                descriptors:
                - key: a
                  rate_limit: { unit: hour, requests_per_unit: 100 }
                - key: tried
                  shadow_mode: true
                  rate_limit: { unit: hour, requests_per_unit: 100 }
                """)));
        for (var key : List.of("a", "tried")) {
            for (long hits : List.of(60L, 60L, 10L)) {
                limits.judge("shop", List.of(new Counted(List.of(new LimitEntry(key, "")), hits, Optional.empty())));
            }
        }
        assertThat(limits.figures().get(new SharedLimits.Rule("shop", "a")))
                .isEqualTo(new SharedLimits.Figures(130, 60, 20, 30, 0));
        assertThat(limits.figures().get(new SharedLimits.Rule("shop", "tried")))
                .isEqualTo(new SharedLimits.Figures(130, 60, 20, 30, 30));
    }

    @Test
    void hits_within_the_limit_are_near_it_beyond_four_fifths() {
        limits.take(List.of(domain(FILE.replace("requests_per_unit: 2 ", "requests_per_unit: 10 "))));
        for (long hits : List.of(7L, 2L, 1L)) {
            limits.judge("shop", List.of(new Counted(List.of(new LimitEntry("user", "x")), hits, Optional.empty())));
        }
        assertThat(limits.figures().get(new SharedLimits.Rule("shop", "user")))
                .isEqualTo(new SharedLimits.Figures(10, 10, 2, 0, 0));
    }

    @Test
    void other_limits_go_on_with_what_was_counted() {
        limits.take(List.of(domain(FILE)));
        assertThat(passes(counted("user=ann"))).isTrue();
        limits.take(List.of(domain(FILE.replace("requests_per_unit: 2", "requests_per_unit: 3"))));
        assertThat(passes(counted("user=ann"))).isTrue();
        assertThat(passes(counted("user=ann"))).isTrue();
        assertThat(passes(counted("user=ann"))).isFalse();
    }

    @Test
    void nothing_new_is_counted_beyond_the_most_until_windows_are_over() {
        var few = new SharedLimits(time, 2);
        few.take(List.of(domain(FILE)));
        few.judge("shop", List.of(counted("user=a")));
        few.judge("shop", List.of(counted("user=b")));
        assertThat(few.judge("shop", List.of(counted("user=c")))).isInstanceOf(Outcome.Full.class);
        assertThat(few.judge("shop", List.of(counted("user=a")))).isInstanceOf(Outcome.Judged.class);
        time.now = time.now.plusSeconds(60);
        assertThat(few.judge("shop", List.of(counted("user=c")))).isInstanceOf(Outcome.Judged.class);
        assertThat(few.counted()).isEqualTo(1);
    }

    @Test
    void a_bad_file_is_refused_with_all_problems() {
        var problems = LimitsFileReader.read("limits.yaml", """
                        domain: ""
                        descriptors:
                        - key: a
                          rate_limit: { unit: fortnight, requests_per_unit: 1 }
                        - key: b
                          rate_limit: { unit: day, unlimited: true }
                        - key: b
                          rate_limits: {}
                        - value: c
                        - key: d
                          value: whole
                          share_threshold: true
                          rate_limit: { unit: day, requests_per_unit: 4294967296 }
                        """).problems();
        assertThat(problems.stream().map(Problem::toString))
                .anyMatch(text -> text.contains("domain"))
                .anyMatch(text -> text.contains("\"fortnight\" is no unit"))
                .anyMatch(text -> text.contains("has no sense with unlimited"))
                .anyMatch(text -> text.contains("stands twice"))
                .anyMatch(text -> text.contains("did you mean \"rate_limit\"?"))
                .anyMatch(text -> text.contains("descriptors[3].key: is required"))
                .anyMatch(text -> text.contains("share_threshold: has no sense where value has no wildcard"))
                .anyMatch(text -> text.contains("4294967296 is out of range"));
    }

    @Test
    void a_folder_is_followed_and_what_was_good_stays(@TempDir Path folder) throws Exception {
        var file = folder.resolve("shop.yaml");
        var source = new LimitsSource(folder, limits, Duration.ofDays(1));
        Files.writeString(file, FILE);
        assertThat(source.look()).isEmpty();
        assertThat(passes(counted("all="))).isTrue();
        Files.writeString(file, "domain: [");
        assertThat(source.look()).anyMatch(Problem::isError);
        assertThat(passes(counted("all="))).as("goes on").isFalse();
        Files.writeString(folder.resolve("twin.yaml"), FILE);
        assertThat(source.look().stream().map(Problem::reason)).contains("shop is in another file");
        Files.delete(folder.resolve("twin.yaml"));
        Files.delete(file);
        source.look();
        assertThat(passes(counted("all="))).as("one look is no proof").isFalse();
        source.look();
        assertThat(judged(counted("all="))).containsExactly(new Uncounted());
    }
}

package io.heddle.traffic.match;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UriTemplateTest {
    private static UriTemplate template(String text) {
        return UriTemplate.of(text).orElseThrow();
    }

    private static boolean fits(String text, String path) {
        var bytes = path.getBytes(StandardCharsets.UTF_8);
        return template(text).matches(bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @CsvSource({
        "/videos/*/*/*.m4s, /videos/123414/hls/1080p5000_00001.m4s, true",
        "/videos/{file}, /videos/1080p5000_00001.m4s, true",
        "/videos/{file}, /videos/a/b, false",
        "/videos/{file}, /videos/, false",
        "/**.mpd, /content/123/india/dash/55/manifest.mpd, true",
        "/**.mpd, /content/manifest.mp4, false",
        "/{a=x/*}/y, /x/1/y, true",
        "/{a=x/*}/y, /z/1/y, false",
        "/api/{rest=**}, /api/, true",
        "/api/{rest=**}, /api/a/b, true",
        "/a.b, /a.b, true",
        "/a.b, /axb, false",
        "/v*/x, /v1/x, false",
        "/v*/x, /v*/x, true",
        "/{a}/*, /a|b/c, false",
        "/**, /, true",
        "/**, /a/b, true"
    })
    void fits_paths_as_envoy_documents_them(String text, String path, boolean wanted) {
        assertThat(fits(text, path)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "videos",
                "//",
                "/a//b",
                "/***",
                "/**/**",
                "/**/a",
                "/{a}/{a}",
                "/{1a}",
                "/{}",
                "/{a",
                "/a}",
                "/{a=}",
                "/{a={b}}",
                "/{a}/{b}/{c}/{d}/{e}/{f}",
                "/a?b",
                "/a b",
                "/{abcdefghijklmnopq}"
            })
    void refuses_what_is_no_template(String text) {
        assertThat(UriTemplate.of(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/{one}/{two}, /{two}/{one}, /cat/dog, /dog/cat",
        "/videos/{language=lang/*}/*, /{language}, /videos/lang/en/video.m4s, /lang/en",
        "/content/{format}/{lang}/{id}/{file}.vtt, /{lang}/{format}/{file}.vtt, /content/hls/en-us/12345/en_193913.vtt,"
                + " /en-us/hls/en_193913.vtt",
        "/{a}, /x, /1, /x"
    })
    void puts_what_variables_stand_for_into_another_path(String from, String to, String path, String wanted) {
        assertThat(PathTemplate.of(to, template(from)).orElseThrow().apply(path))
                .isEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/{b}", "x", "/{a", "/a}", "/*"})
    void refuses_a_path_that_is_none(String text) {
        assertThat(PathTemplate.of(text, template("/{a}"))).isEmpty();
    }

    @FuzzTest
    void any_text_is_a_template_or_refused(byte[] input) {
        var text = new String(input, StandardCharsets.UTF_8);
        UriTemplate.of(text).ifPresent(found -> {
            var path = text.getBytes(StandardCharsets.UTF_8);
            found.matches(path, 0, path.length);
            PathTemplate.of(text, found).ifPresent(rewrite -> rewrite.apply(text));
        });
    }
}

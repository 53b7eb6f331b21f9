package io.heddle.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathNormalizerTest {
    @ParameterizedTest
    @CsvSource({
        "/a/b, /a/b",
        "/a/./b, /a/b",
        "/a/../b, /b",
        "/a/.., /",
        "/.., /",
        "/../../x, /x",
        "/a/b/.., /a/",
        "/a/., /a/",
        "/%61dmin, /admin",
        "/x/%2e%2E/admin, /admin",
        "/a%2Fb, /a%2Fb",
        "/a\\..\\b, /b",
        "//a///b/, /a/b/",
        "/a//.., /a/",
        "/a//../b, /a/b",
        "/%, /%",
        "/%zz, /%zz",
        "/..., /...",
        "/x/..;/admin, /admin",
        "/x/..;a=b/admin, /admin",
        "/x/..;;/admin, /admin",
        "/x/%2e%2e;/admin, /admin",
        "/x/.%2E;x/admin, /admin",
        "/x/.;/admin, /x/admin",
        "/x/%2e;a/admin, /x/admin",
        "/x/.;/..;/admin, /admin",
        "/x/..;\\admin, /admin",
        "/x/..;, /",
        "/a/b/.;c, /a/b/",
        "/..;/admin, /admin",
        "/x//..;/admin, /x/admin",
        "/x/;/../admin, /x/admin",
        "/x;a/b/..;c/d, /x;a/d",
        "/x/...;/admin, /x/...;/admin",
        "/x/..%3b/admin, /x/..%3b/admin",
        "/x/;.., /x/;..",
        "/admin;x, /admin;x",
        "//, /"
    })
    void makes_paths_plain(String path, String plain) {
        var bytes = path.getBytes(StandardCharsets.ISO_8859_1);
        int end = PathNormalizer.normalize(bytes, 0, bytes.length, true, true);
        assertThat(new String(bytes, 0, end, StandardCharsets.ISO_8859_1)).isEqualTo(plain);
    }
}

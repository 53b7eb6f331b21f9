package io.heddle.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeaderLinesTest {
    private final HeaderLines lines = new HeaderLines();

    private HeadResult line(String name, String value) {
        lines.beginLine();
        lines.append(name);
        assertThat(lines.endName()).isTrue();
        lines.append(value);
        return lines.endLine();
    }

    @Test
    void lines_that_are_made_stand_as_http1_writes_them() {
        lines.append("GET/a");
        assertThat(line("x-a", "1")).isEqualTo(HeadResult.MORE);
        assertThat(line("content-length", "12")).isEqualTo(HeadResult.MORE);
        assertThat(line("y".repeat(2000), "")).isEqualTo(HeadResult.MORE);
        assertThat(lines.count()).isEqualTo(3);
        assertThat(lines.contentLength()).isEqualTo(12);
        assertThat(Span.text(lines.bytes(), lines.name(1))).isEqualTo("content-length");
        assertThat(Span.text(lines.bytes(), lines.value(0))).isEqualTo("1");
        var run = new String(
                lines.bytes(),
                lines.lineStart(0),
                lines.lineStart(3) - lines.lineStart(0),
                StandardCharsets.ISO_8859_1);
        assertThat(run).isEqualTo("x-a: 1\r\ncontent-length: 12\r\n" + "y".repeat(2000) + ": \r\n");
    }

    @Test
    void a_line_that_is_added_to_a_head_that_came_stands_before_the_empty_line_at_its_end() {
        lines.append("GET / HTTP/1.1\r\n");
        int start = lines.length();
        assertThat(line("x-a", "1")).isEqualTo(HeadResult.MORE);
        int end = lines.length();
        lines.append("\r\n");
        lines.end(end);
        var copy = lines.copy();
        copy.beginLine();
        copy.append("x-b");
        copy.separate();
        copy.append("2");
        copy.endOwnLine();
        var run = new String(copy.bytes(), start, copy.lineStart(2) - start, StandardCharsets.ISO_8859_1);
        assertThat(run).isEqualTo("x-a: 1\r\nx-b: 2\r\n");
    }

    @Test
    void bytes_can_be_written_in_place() {
        lines.beginLine();
        lines.reserve(3);
        lines.bytes()[lines.length()] = 'a';
        lines.bytes()[lines.length() + 1] = 'b';
        lines.advance(2);
        assertThat(lines.endName()).isTrue();
        assertThat(lines.endLine()).isEqualTo(HeadResult.MORE);
        assertThat(Span.text(lines.bytes(), lines.name(0))).isEqualTo("ab");
        assertThat(Span.length(lines.value(0))).isZero();
    }

    @Test
    void a_name_that_is_no_token_and_a_value_with_a_control_octet_are_refused() {
        lines.beginLine();
        lines.append("a b");
        assertThat(lines.endName()).isFalse();
        lines.beginLine();
        assertThat(lines.endName()).isFalse();
        assertThat(line("a", "b\r\nc")).isEqualTo(HeadResult.VALUE_INVALID);
        assertThat(lines.count()).isZero();
    }

    @Test
    void framing_that_disagrees_is_refused_however_the_line_came() {
        assertThat(line("content-length", "1")).isEqualTo(HeadResult.MORE);
        assertThat(line("content-length", "1")).isEqualTo(HeadResult.LENGTH_DUPLICATE);
        assertThat(line("transfer-encoding", "gzip")).isEqualTo(HeadResult.CODING_INVALID);
    }
}

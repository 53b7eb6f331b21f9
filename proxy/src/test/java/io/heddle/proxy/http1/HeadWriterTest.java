package io.heddle.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeadWriterTest {
    @Test
    void no_character_of_a_value_becomes_a_line_end() {
        var lines = new EditedLines().received(HeaderLines.EMPTY, 0);
        lines.add("x", "a\u010d\u010ab\r\nc\u0000\u007f\td");
        var head = new HeadWriter().start().headers(lines);
        var written = head.finish(Unpooled::buffer, 0).toString(StandardCharsets.ISO_8859_1);
        assertThat(written).isEqualTo("x: a??b  c  \td\r\n\r\n");
    }

    @Test
    void no_character_of_a_rewrite_becomes_a_line_end() {
        var head = new HeadWriter().start().safe("/\u010d\u010a\r\n\u00e9");
        var written = head.finish(Unpooled::buffer, 0).toString(StandardCharsets.ISO_8859_1);
        assertThat(written).isEqualTo("/??  \u00e9\r\n");
    }
}

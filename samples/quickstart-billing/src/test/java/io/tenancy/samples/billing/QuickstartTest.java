package io.tenancy.samples.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {

    @TempDir
    private Path directory;

    @Test
    void twoInvoicesArePaidAndCanBeRead() throws IOException {
        Path data = directory.resolve("data");

        List<String> printed = run(data);

        assertThat(printed).hasSize(3);
        assertThat(printed.get(0)).isEqualTo("An upgrade costs EUR 50.00 now");
        assertThat(printed.subList(1, 3)).allMatch(line -> line.matches("Invoice \\d{4}-\\d{6} of EUR .* is paid: .*"));
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files.filter(file -> file.toString().endsWith(".html")))
                    .hasSize(2)
                    .allSatisfy(file ->
                            assertThat(file).content().contains("My Ltd").contains("A studio"));
        }
    }

    private static List<String> run(Path data) throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            Quickstart.main(new String[] {data.toString()});
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("An upgrade") || line.startsWith("Invoice"))
                .toList();
    }
}

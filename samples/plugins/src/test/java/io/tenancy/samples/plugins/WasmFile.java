package io.tenancy.samples.plugins;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Just enough of the WebAssembly binary format (core specification 1.0, chapter 5) to see what a module shows its host. */
final class WasmFile {

    private static final int IMPORTS = 2;
    private static final int MEMORIES = 5;
    private static final int EXPORTS = 7;
    private static final int START = 8;

    private final byte[] bytes;
    private int at;

    private final List<String> exports = new ArrayList<>();
    private int imports;
    private int memories;
    private int mostPages = -1;
    private boolean starts;

    private WasmFile(byte[] bytes) {
        this.bytes = bytes;
    }

    static WasmFile read(byte[] bytes) {
        WasmFile file = new WasmFile(bytes);
        file.at = 8;
        while (file.at < bytes.length) {
            int section = file.bytes[file.at++];
            int end = file.number() + file.at;
            file.section(section);
            file.at = end;
        }
        return file;
    }

    private void section(int id) {
        switch (id) {
            case IMPORTS -> imports = number();
            case MEMORIES -> {
                memories = number();
                boolean bounded = (number() & 1) != 0;
                int unused = number();
                mostPages = bounded ? number() : -1;
            }
            case EXPORTS -> {
                for (int left = number(); left > 0; left--) {
                    int length = number();
                    exports.add(new String(bytes, at, length, StandardCharsets.UTF_8));
                    at += length + 1;
                    int unused = number();
                }
            }
            case START -> starts = true;
            default -> {
                // Of no interest to a host.
            }
        }
    }

    private int number() {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            byte part = bytes[at++];
            value |= (part & 0x7f) << shift;
            if (part >= 0) {
                return value;
            }
        }
    }

    List<String> exports() {
        return exports;
    }

    int imports() {
        return imports;
    }

    int memories() {
        return memories;
    }

    /** The most that the memory may grow to, in pages of 64 KiB; -1 where it has no bound. */
    int mostPages() {
        return mostPages;
    }

    boolean starts() {
        return starts;
    }
}

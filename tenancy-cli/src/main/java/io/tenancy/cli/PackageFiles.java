package io.tenancy.cli;

import io.tenancy.plugins.PluginException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files of the command line, with words for what goes wrong. */
final class PackageFiles {

    // No package is larger, and no file is worth reading that is.
    private static final long LARGEST = 16 << 20;

    private PackageFiles() {}

    static byte[] read(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new PluginException(
                        file + " has " + Files.size(file) + " bytes; at most " + LARGEST + " are read");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw new PluginException("There is no file " + file, missing);
        } catch (IOException failed) {
            throw new PluginException(file + " cannot be read: " + failed, failed);
        }
    }

    static String text(Path file) {
        return new String(read(file), StandardCharsets.UTF_8);
    }

    static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException failed) {
            throw new PluginException(file + " cannot be written: " + failed, failed);
        }
    }

    static void writeNew(Path file, String content) {
        try {
            Files.writeString(file, content, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException exists) {
            throw new PluginException("There is a file " + file + " already; give another one with --output", exists);
        } catch (IOException failed) {
            throw new PluginException(file + " cannot be written: " + failed, failed);
        }
    }
}

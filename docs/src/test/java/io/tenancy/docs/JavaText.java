package io.tenancy.docs;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A program that stands on a page. */
record JavaText(String className, String text) {

    /**
     * Compiles it for Java 17 against the class path of the tests.
     *
     * @return what the compiler said; empty when it had nothing to object to
     */
    String compileInto(Path classes) throws IOException {
        Path source = Files.writeString(classes.resolve(className + ".java"), text);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of(
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    classPath(),
                                    "-proc:none",
                                    "-nowarn",
                                    "-XDsuppressNotes",
                                    "--release",
                                    "17"),
                            null,
                            files.getJavaFileObjects(source))
                    .call();
        }
        return messages.toString();
    }

    // Surefire starts the process with a jar that only names the class path.
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}

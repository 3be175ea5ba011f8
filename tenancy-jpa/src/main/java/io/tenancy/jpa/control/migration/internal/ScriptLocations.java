package io.tenancy.jpa.control.migration.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Reads script files from folders and jars. */
public final class ScriptLocations {

    private static final String CLASS_PATH = "classpath:";
    private static final String FILE_SYSTEM = "filesystem:";
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private ScriptLocations() {}

    /**
     * Reads one location.
     *
     * @param location with or without prefix
     * @param loader where to look for folders on the class path
     * @param faults takes what is wrong with the location
     * @return texts by path
     */
    public static Map<String, String> read(String location, ClassLoader loader, List<String> faults) {
        Map<String, String> scripts = new TreeMap<>();
        try {
            if (location.startsWith(FILE_SYSTEM)) {
                Path folder = Path.of(location.substring(FILE_SYSTEM.length()));
                if (Files.isDirectory(folder)) {
                    readFolder(folder, location, scripts);
                } else {
                    faults.add(location + ": there is no such folder. Create it or correct the location");
                }
            } else {
                String path = location.startsWith(CLASS_PATH) ? location.substring(CLASS_PATH.length()) : location;
                readClassPath(path.replaceAll("^/+|/+$", ""), loader, scripts, faults);
            }
        } catch (IOException | URISyntaxException e) {
            faults.add(location + ": it could not be read: " + e.getMessage());
        }
        return scripts;
    }

    private static void readClassPath(
            String folder, ClassLoader loader, Map<String, String> scripts, List<String> faults)
            throws IOException, URISyntaxException {
        List<URL> urls = Collections.list(loader.getResources(folder));
        if (urls.isEmpty()) {
            faults.add(CLASS_PATH + folder + ": there is no such folder on the class path. Create it or correct the"
                    + " location (a jar must contain entries for its folders)");
        }
        for (URL url : urls) {
            if (url.getProtocol().equals("file")) {
                readFolder(Path.of(new URI(url.toString())), CLASS_PATH + folder, scripts);
            } else if (url.openConnection() instanceof JarURLConnection jar) {
                readJar(jar, folder, scripts);
            } else {
                faults.add(url + ": folders of this kind cannot be listed. Use filesystem: instead");
            }
        }
    }

    private static void readFolder(Path folder, String name, Map<String, String> scripts) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String path = folder.relativize(file).toString().replace('\\', '/');
                if (isScript(path)) {
                    scripts.put(name + "/" + path, text(Files.readAllBytes(file)));
                }
            }
        }
    }

    private static void readJar(JarURLConnection connection, String folder, Map<String, String> scripts)
            throws IOException {
        // A jar that the class loader shares must stay open; one of our own must not.
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            String prefix = connection.getEntryName() == null ? "" : connection.getEntryName() + "/";
            prefix = prefix.replaceAll("/+$", "/");
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (!entry.isDirectory() && entry.getName().startsWith(prefix) && isScript(entry.getName())) {
                    try (InputStream content = jar.getInputStream(entry)) {
                        scripts.put(
                                CLASS_PATH + folder + "/" + entry.getName().substring(prefix.length()),
                                text(content.readAllBytes()));
                    }
                }
            }
        }
    }

    private static boolean isScript(String path) {
        return path.endsWith(".sql") || path.endsWith(".sql.conf");
    }

    private static String text(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    }
}

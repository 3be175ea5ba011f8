package io.tenancy.docs.coverage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What Surefire and Failsafe wrote about the tests that they ran. */
public final class TestReports {

    /** How one invocation of a test method ended. */
    public enum Outcome {
        PASSED,
        /** An assertion did not hold. */
        FAILED,
        /** Anything else was thrown. */
        ERRED,
        SKIPPED
    }

    private final Map<String, EnumSet<Outcome>> outcomes = new HashMap<>();
    private final Set<String> modules = new TreeSet<>();

    private TestReports() {}

    /**
     * Reads the reports below modules.
     *
     * @param modules folders of modules
     * @param since reports written before are of another build and are left out
     * @return what they say
     */
    public static TestReports read(List<Path> modules, Instant since) {
        TestReports reports = new TestReports();
        for (Path module : modules) {
            for (String folder : List.of("target/surefire-reports", "target/failsafe-reports")) {
                reports.readFolder(module, module.resolve(folder), since);
            }
        }
        return reports;
    }

    /** Names of the modules that reports were read of. */
    public Set<String> modules() {
        return Set.copyOf(modules);
    }

    /** How the invocations of a method ended; empty when it did not run. */
    public Set<Outcome> of(String type, String method) {
        return Set.copyOf(outcomes.getOrDefault(type + "#" + method, EnumSet.noneOf(Outcome.class)));
    }

    private void readFolder(Path module, Path folder, Instant since) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(TestReports::isReport).toList()) {
                if (!Files.getLastModifiedTime(file).toInstant().isBefore(since)) {
                    modules.add(module.getFileName().toString());
                    readFile(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the test reports in " + folder, e);
        }
    }

    private static boolean isReport(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith("TEST-") && name.endsWith(".xml");
    }

    private void readFile(Path file) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            NodeList cases = factory.newDocumentBuilder().parse(file.toFile()).getElementsByTagName("testcase");
            for (int i = 0; i < cases.getLength(); i++) {
                Element testCase = (Element) cases.item(i);
                String key = testCase.getAttribute("classname") + "#" + methodName(testCase.getAttribute("name"));
                outcomes.computeIfAbsent(key, name -> EnumSet.noneOf(Outcome.class))
                        .add(outcome(testCase));
            }
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("Cannot read the test report " + file, e);
        }
    }

    /** A parameterised invocation is reported as {@code method(Type)[1]} or {@code method{Type}[1]}. */
    private static String methodName(String reported) {
        int end = 0;
        while (end < reported.length() && Character.isJavaIdentifierPart(reported.charAt(end))) {
            end++;
        }
        return reported.substring(0, end);
    }

    private static Outcome outcome(Element testCase) {
        if (testCase.getElementsByTagName("failure").getLength() > 0) {
            return Outcome.FAILED;
        }
        if (testCase.getElementsByTagName("error").getLength() > 0) {
            return Outcome.ERRED;
        }
        return testCase.getElementsByTagName("skipped").getLength() > 0 ? Outcome.SKIPPED : Outcome.PASSED;
    }
}

package io.tenancy.plugins.engine;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;

/**
 * How large the methods of compiled classes are, as class files say it: JVMS, chapter 4. One of more than 8,000 bytes is never
 * compiled to machine code, so it would run a dozen times slower than the others. Only functions of the module count: what
 * sends an indirect call to one of many of them may be large, because there is nothing in it to run for long.
 */
final class CodeSizes {

    static final int MOST = 8_000;

    private static final String FUNCTION = "func_";

    private CodeSizes() {}

    /** The largest method of the classes in a jar. */
    record Largest(String method, int bytes) {}

    static Largest largestIn(byte[] jar) throws IOException {
        Largest largest = new Largest("", 0);
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                if (entry.getName().endsWith(".class")) {
                    Largest own = largestOf(new DataInputStream(new ByteArrayInputStream(in.readAllBytes())));
                    largest = own.bytes() > largest.bytes() ? own : largest;
                }
            }
        }
        return largest;
    }

    private static Largest largestOf(DataInputStream in) throws IOException {
        in.skipNBytes(8);
        String[] names = constants(in);
        in.skipNBytes(6);
        in.skipNBytes(2L * in.readUnsignedShort());
        int fields = in.readUnsignedShort();
        for (int i = 0; i < fields; i++) {
            var unused = member(in, names);
        }
        Largest largest = new Largest("", 0);
        int methods = in.readUnsignedShort();
        for (int i = 0; i < methods; i++) {
            Largest own = member(in, names);
            largest = own.bytes() > largest.bytes() ? own : largest;
        }
        return largest;
    }

    private static String[] constants(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        String[] names = new String[count];
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> names[i] = in.readUTF();
                case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                case 5, 6 -> {
                    in.skipNBytes(8);
                    // Long constants take two places.
                    i++;
                }
                default -> throw new IOException("Unknown constant " + tag + " in a class file");
            }
        }
        return names;
    }

    private static Largest member(DataInputStream in, String[] names) throws IOException {
        in.skipNBytes(2);
        String name = names[in.readUnsignedShort()];
        in.skipNBytes(2);
        int size = 0;
        int attributes = in.readUnsignedShort();
        for (int i = 0; i < attributes; i++) {
            String attribute = names[in.readUnsignedShort()];
            int length = in.readInt();
            if ("Code".equals(attribute)) {
                in.skipNBytes(4);
                size = in.readInt();
                in.skipNBytes(length - 8L);
            } else {
                in.skipNBytes(length);
            }
        }
        return new Largest(String.valueOf(name), String.valueOf(name).startsWith(FUNCTION) ? size : 0);
    }
}

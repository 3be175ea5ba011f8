package io.tenancy.plugins.engine;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Keeps what modules were compiled to. What it returns runs without a further look, so it must return nothing else. */
public interface CompiledCodeCache {

    /** Keeps nothing. */
    CompiledCodeCache NONE = new CompiledCodeCache() {
        @Override
        public Optional<byte[]> find(String key) {
            return Optional.empty();
        }

        @Override
        public void keep(String key, byte[] code) {}
    };

    /**
     * What was kept.
     *
     * @param key of the module
     * @return its code, just as it was kept; empty where there is none, or where it is not certain to be that
     */
    Optional<byte[]> find(String key);

    /**
     * Keeps code.
     *
     * @param key of the module
     * @param code what it was compiled to
     * @throws IOException when it cannot be kept
     */
    void keep(String key, byte[] code) throws IOException;

    /** A key of a module: a digest of its bytes. */
    static String keyOf(byte[] module) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(module));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Each Java has SHA-256", impossible);
        }
    }
}

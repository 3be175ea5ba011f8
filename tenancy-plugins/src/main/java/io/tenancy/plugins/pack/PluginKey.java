package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Digests;
import io.tenancy.plugins.pack.internal.Form;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/**
 * A public key of Ed25519 (RFC 8032). Immutable.
 *
 * @param hex its 32 bytes as 64 hexadecimal digits in small letters
 */
public record PluginKey(String hex) {

    // What X.509 (RFC 8410) writes before the 32 bytes.
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    // Points of small order, and other ways to write them: with one of these as key, a signature can fit any message.
    private static final Set<String> WEAK = Set.of(
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000080",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa");

    /**
     * Requires a key.
     *
     * @throws IllegalArgumentException when it is none, or one that signatures of anybody fit
     */
    public PluginKey {
        Form.DIGEST.require("The public key", hex);
        if (WEAK.contains(hex)) {
            throw new IllegalArgumentException(
                    "The public key was a point of small order; generate a new pair of keys");
        }
        decoded(hex);
    }

    /**
     * Takes a key of Java.
     *
     * @param key of Ed25519
     * @return the key
     * @throws IllegalArgumentException when it is another kind of key
     */
    public static PluginKey of(PublicKey key) {
        byte[] encoded = key.getEncoded();
        if (encoded == null
                || encoded.length != X509.length + 32
                || !Arrays.equals(X509, 0, X509.length, encoded, 0, X509.length)) {
            throw new IllegalArgumentException(
                    "The public key was one of " + key.getAlgorithm() + "; give one of Ed25519");
        }
        return new PluginKey(HexFormat.of().formatHex(encoded, X509.length, encoded.length));
    }

    /**
     * What names the key in certificates, reviews and revocations.
     *
     * @return SHA-256 of its 32 bytes, as 64 hexadecimal digits
     */
    public String id() {
        return Digests.sha256(HexFormat.of().parseHex(hex));
    }

    boolean verifies(byte[] message, String signature) {
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(decoded(hex));
            ed25519.update(message);
            return ed25519.verify(HexFormat.of().parseHex(signature));
        } catch (GeneralSecurityException | RuntimeException broken) {
            // Java tells of some malformed signatures by false and of others so.
            return false;
        }
    }

    private static PublicKey decoded(String hex) {
        byte[] encoded = Arrays.copyOf(X509, X509.length + 32);
        System.arraycopy(HexFormat.of().parseHex(hex), 0, encoded, X509.length, 32);
        try {
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException noKey) {
            throw new IllegalArgumentException("The public key was no key of Ed25519; give its 32 bytes", noKey);
        }
    }
}

package io.tenancy.plugins.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PluginKeyTest {

    // Section 7.1 of RFC 8032.
    @ParameterizedTest
    @CsvSource({
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a, '', "
                + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c, 72, "
                + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025, af82, "
                + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    })
    void signaturesOfTheSpecificationFitTheirMessagesAndNoOthers(String key, String message, String signature) {
        PluginKey publicKey = new PluginKey(key);
        byte[] signed = HexFormat.of().parseHex(message);

        assertThat(publicKey.verifies(signed, signature)).isTrue();
        assertThat(publicKey.verifies(new byte[] {1, 2, 3}, signature)).isFalse();
        for (int i = 0; i < signature.length(); i += 7) {
            char other = signature.charAt(i) == '0' ? '1' : '0';
            assertThat(publicKey.verifies(signed, signature.substring(0, i) + other + signature.substring(i + 1)))
                    .isFalse();
        }
        assertThat(publicKey.verifies(signed, "f".repeat(128))).isFalse();
        assertThat(publicKey.verifies(signed, "0".repeat(128))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "0200000000000000000000000000000000000000000000000000000000000000",
                "D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A",
                "d75a98",
                ""
            })
    void whatIsNoProperKeyIsRefused(String hex) {
        assertThatIllegalArgumentException().isThrownBy(() -> {
            PluginKey key = new PluginKey(hex);
            // A key that is on no point of the curve shows when it is used.
            if (!key.verifies(new byte[0], "0".repeat(128))) {
                throw new IllegalArgumentException("verifies nothing");
            }
        });
    }

    @Test
    void aPairOfJavaIsTakenOverAndAnotherKindIsRefused() throws Exception {
        KeyPair one = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        KeyPair elliptic = KeyPairGenerator.getInstance("EC").generateKeyPair();

        assertThat(SigningKey.of(one).publicKey()).isEqualTo(PluginKey.of(one.getPublic()));
        assertThatIllegalArgumentException().isThrownBy(() -> SigningKey.of(elliptic));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningKey.of(new KeyPair(one.getPublic(), other.getPrivate())))
                .withMessageContaining("give one pair");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningKey.of(new KeyPair(one.getPublic(), elliptic.getPrivate())));
    }

    @Test
    void noPrivateKeyIsShown() {
        SigningKey key = SigningKey.generate();

        assertThat(key).hasToString("SigningKey[" + key.publicKey().id() + "]");
        assertThat(SigningKey.generate().publicKey()).isNotEqualTo(key.publicKey());
    }
}

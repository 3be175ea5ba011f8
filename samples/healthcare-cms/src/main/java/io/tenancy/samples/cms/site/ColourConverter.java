package io.tenancy.samples.cms.site;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import org.jspecify.annotations.Nullable;

/** Stores a colour as its seven characters. */
@Converter(autoApply = true)
class ColourConverter implements AttributeConverter<Colour, String> {

    @Override
    public @Nullable String convertToDatabaseColumn(@Nullable Colour colour) {
        return colour == null ? null : colour.hex();
    }

    @Override
    public @Nullable Colour convertToEntityAttribute(@Nullable String column) {
        return column == null ? null : new Colour(column);
    }
}

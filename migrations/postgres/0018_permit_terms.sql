-- What a permit limits beside codes and plates: treatment methods, kilograms a year, territory.

-- JSON lists; an empty one limits nothing. methods: words of the form. provinces: codes.
-- quotas: {"waste_code": printed form or null for all codes together, "mass_g": grams a local year}.
ALTER TABLE permits ADD COLUMN methods TEXT NOT NULL DEFAULT '[]';
ALTER TABLE permits ADD COLUMN quotas TEXT NOT NULL DEFAULT '[]';
ALTER TABLE permits ADD COLUMN provinces TEXT NOT NULL DEFAULT '[]';

-- 师徒结对数
-- Mentorships agreed in the period.
SELECT unit, period, category, COUNT(DISTINCT id) AS numerator, NULL AS denominator,
       0 AS undetermined, COUNT(DISTINCT id) AS population, numerator AS value
FROM (
    SELECT unit, period, id,
           UNNEST(['all', told('industry', industry), told('ownership', ownership)]) AS category
    FROM mentorships
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;

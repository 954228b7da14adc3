-- 近四个季度开展宣讲与思政活动的企业占比
-- Enterprises with a talk or study session in the four quarters that end with the period, of those on the register on
-- the last day.
WITH happened AS (
    SELECT unit, period, category, COUNT(DISTINCT node) FILTER (counts) AS counted,
           COUNT(DISTINCT node) FILTER (counts IS NOT FALSE) - counted AS untold, COUNT(DISTINCT node) AS looked_at
    FROM (
        SELECT unit, period, node,
               activities.kind IN ('lecture', 'civic_class', 'study', 'model_story') AS counts,
               UNNEST(['all', told('industry', industry), told('ownership', ownership), told('size', size)]) AS category
        FROM activities
        JOIN periods ON day BETWEEN year_begins AND last_day
        JOIN inside USING (period, node)
        WHERE periods.kind IN ('quarter', 'year')
    )
    GROUP BY unit, period, category
),
enterprises AS (
    SELECT unit, period, category, COUNT(DISTINCT node) AS enterprises
    FROM (
        SELECT unit, period, node,
               UNNEST(['all', told('industry', industry), told('ownership', ownership), told('size', size)]) AS category
        FROM on_register JOIN periods USING (period)
        JOIN inside USING (period, node)
        WHERE kind IN ('quarter', 'year')
    )
    GROUP BY unit, period, category
)
SELECT unit, period, category, coalesce(counted, 0) AS numerator, coalesce(enterprises, 0) AS denominator,
       coalesce(untold, 0) AS undetermined, coalesce(looked_at, 0) + coalesce(enterprises, 0) AS population,
       100 * coalesce(counted, 0) / enterprises AS value
FROM happened FULL JOIN enterprises USING (unit, period, category);

-- 五小成果经济效益
-- Benefit, kept in fen, of the small innovations of the period that were adopted.
SELECT unit, period, category, coalesce(SUM(benefit) FILTER (counts), 0) AS numerator, NULL AS denominator,
       COUNT(*) FILTER (counts IS NULL OR counts AND benefit IS NULL) AS undetermined, COUNT(*) AS population,
       numerator / 100 AS value
FROM (
    SELECT unit, period, id, benefit, adopted_on IS NOT NULL AS counts,
           UNNEST(['all', told('kind', innovations.kind), told('industry', industry)]) AS category
    FROM innovations
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE periods.kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;

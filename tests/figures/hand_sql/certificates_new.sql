-- 当期新增技能等级证书数
-- Certificates held from a day of the period, at the employers of that day; once where two of them share a unit above.
SELECT unit, period, category, COUNT(DISTINCT id) AS numerator, NULL AS denominator,
       0 AS undetermined, COUNT(DISTINCT id) AS population, numerator AS value
FROM (
    SELECT unit, period, id,
           UNNEST(['all', told('sex', sex), told('age_band', age_band), told('industry', industry)]) AS category
    FROM certificates
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
)
GROUP BY unit, period, category;

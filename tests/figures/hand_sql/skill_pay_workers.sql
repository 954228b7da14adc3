-- 新签能级工资集体合同覆盖职工数
-- Workers covered by the skill-pay agreements concluded in the period.
SELECT unit, period, category, coalesce(SUM(covered) FILTER (counts), 0) AS numerator, NULL AS denominator,
       COUNT(*) FILTER (counts IS NULL OR counts AND covered IS NULL) AS undetermined, COUNT(*) AS population,
       numerator AS value
FROM (
    SELECT unit, period, id, covered, agreements.kind = 'skill_pay' AS counts,
           UNNEST(['all', told('industry', industry), told('ownership', ownership)]) AS category
    FROM agreements
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE periods.kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;

;; Vectors: what common shuffles, constants, lanes and conditions become.
(module
  (memory 1)
  (func $interleave (param v128 v128) (result v128)
    (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get 0) (local.get 1)))
  (func $window (param v128 v128) (result v128)
    (i8x16.shuffle 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 (local.get 0) (local.get 1)))
  (func $reverse (param v128) (result v128)
    (i8x16.shuffle 12 13 14 15 8 9 10 11 4 5 6 7 0 1 2 3 (local.get 0) (local.get 0)))
  (func $halves (param v128 v128) (result v128)
    (i8x16.shuffle 0 1 2 3 8 9 10 11 20 21 22 23 28 29 30 31 (local.get 0) (local.get 1)))
  (func $zero_extend (param v128) (result v128)
    (i8x16.shuffle 0 16 16 16 1 16 16 16 2 16 16 16 3 16 16 16 (local.get 0) (v128.const i64x2 0 0)))
  (func $any_bytes (param v128 v128) (result v128)
    (i8x16.shuffle 9 1 30 0 5 5 17 2 31 3 12 28 7 6 20 11 (local.get 0) (local.get 1)))
  (func $splat (param i32) (result v128) (v128.load32_splat offset=8 (local.get 0)))
  (func $store_lane (param i32 v128) (v128.store16_lane offset=8 5 (local.get 0) (local.get 1)))
  (func $widen (param i32) (result v128) (i16x8.mul (v128.load8x8_u (local.get 0)) (i16x8.splat (i32.const 3))))
  (func $branch (param v128) (result i32)
    (if (result i32) (v128.any_true (local.get 0)) (then (i32.const 5)) (else (i32.const 7))))
  (func $shift (param v128 i32) (result v128)
    (i8x16.shl (i64x2.shr_s (local.get 0) (i32.const 67)) (local.get 1)))
)

;; Machine code:
;; func[0]
;;     0  punpcklwd xmm0,xmm1
;;     4  ret
;; func[1]
;;     0  palignr xmm1,xmm0,3
;;     6  movaps xmm0,xmm1
;;     9  ret
;; func[2]
;;     0  pshufd xmm0,xmm0,27
;;     5  ret
;; func[3]
;;     0  shufps xmm0,xmm1,-40
;;     4  ret
;; func[4]
;;     0  pshufb xmm0,oword [constant.80808003808080028080800180808000]
;;    10  ret
;; func[5]
;;     0  pshufb xmm1,oword [constant.800480800c80800f80018080800e8080]
;;    10  pshufb xmm0,oword [constant.0b800607800c03800280050500800109]
;;    20  por xmm0,xmm1
;;    24  ret
;; func[6]
;;     0  movss xmm0,dword [r15+rdi+8]
;;     7  pshufd xmm0,xmm0,0
;;    12  ret
;; func[7]
;;     0  pextrw word [r15+rdi+8],xmm0,5
;;     9  ret
;; func[8]
;;     0  pmovzxbw xmm0,qword [r15+rdi]
;;     7  pmullw xmm0,oword [constant.00030003000300030003000300030003]
;;    16  ret
;; func[9]
;;     0  ptest xmm0,xmm0
;;     5  je 14
;;     7  mov eax,5
;;    12  jmp 19
;;    14  mov eax,7
;;    19  ret
;; func[10]
;;     0  movaps xmm1,oword [constant.80000000000000008000000000000000]
;;     8  psrlq xmm1,3
;;    13  psrlq xmm0,3
;;    18  pxor xmm0,xmm1
;;    22  psubq xmm0,xmm1
;;    26  and edi,7
;;    29  movd xmm1,edi
;;    33  psllw xmm0,xmm1
;;    37  pcmpeqd xmm2,xmm2
;;    41  psllw xmm2,xmm1
;;    45  xorps xmm1,xmm1
;;    48  pshufb xmm2,xmm1
;;    53  pand xmm0,xmm2
;;    57  ret
